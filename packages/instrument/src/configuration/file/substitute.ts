/** Text after `${VARIABLE}` was filled in. */
export interface Substitution {
  readonly text: string;
  /** Whether the text had a reference at all. */
  readonly referred: boolean;
  readonly faults: readonly SubstitutionFault[];
}

/** A reference that could not be filled in. */
export interface SubstitutionFault {
  readonly found: string;
  readonly expected: string;
  readonly fix: string;
  /** The variable is unset or empty; otherwise the reference itself is wrong. */
  readonly missing: boolean;
}

const REFERENCE = /\$\{([^}]*)\}/g;
/** `${NAME}`, `${env:NAME}`, `${NAME:-default}`. */
const VALID = /^(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/**
 * Fills in the references of a scalar as OpenTelemetry's declarative configuration does (configuration data model,
 * "Environment variable substitution"): `$$` is a `$`; what is filled in is not looked at again; a default stands in
 * for a variable that is unset or empty. Unlike there, such a variable without a default is a fault: a text that
 * silently becomes empty is the worse surprise.
 */
export function substitute(text: string, env: NodeJS.ProcessEnv): Substitution {
  if (!text.includes('$')) return { text, referred: false, faults: [] };
  const faults: SubstitutionFault[] = [];
  let referred = false;
  const fill = (_reference: string, body: string): string => {
    referred = true;
    const match = VALID.exec(body);
    const name = match?.[1];
    if (name === undefined) {
      faults.push(invalid(body));
      return '';
    }
    const value = env[name];
    if (value !== undefined && value !== '') return value;
    if (match?.[2] === undefined) faults.push(missing(name, value));
    return match?.[2] ?? '';
  };
  const parts = text.split('$$').map((part) => part.replace(REFERENCE, fill));
  return { text: parts.join('$'), referred, faults };
}

/** Of the reference no more than may be a name: what is behind may be a secret, as a default that other notations have. */
function invalid(body: string): SubstitutionFault {
  const [name = ''] = /^(?:env:)?\w*/.exec(body) ?? [];
  return {
    found: `the reference \${${name === body ? name : `${name}…`}}`,
    expected: `\${NAME} or \${NAME:-default}`,
    fix: `Write $\${ for a literal \${.`,
    missing: false,
  };
}

function missing(name: string, value: string | undefined): SubstitutionFault {
  return {
    found: `the environment variable ${name} ${value === undefined ? 'not set' : 'empty'}`,
    expected: 'a value for it',
    fix: `Set it, or give a default: \${${name}:-default}.`,
    missing: true,
  };
}
