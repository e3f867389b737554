import { beginningOf } from './cut-text.ts';

/** One thing that is wrong with an option, an argument or a configuration file. */
export interface Problem {
  /** Path of the property, as the user wrote it: `otlp.endpoint`, `metrics.views[0].name`. */
  readonly path: string;
  /** What was found, in words. */
  readonly found: string;
  /** What was expected, in words. */
  readonly expected: string;
  /** How to put it right. */
  readonly fix?: string;
  /** Where it stands, when it came from a file or the environment: `instrument.config.yaml:12`, `OTEL_BSP_MAX_QUEUE_SIZE`. */
  readonly source?: string;
}

/** Stable codes of {@link InstrumentError}. */
export type InstrumentErrorCode =
  | 'INSTRUMENT_CONFIG_INVALID'
  | 'INSTRUMENT_CONFIG_UNREADABLE'
  | 'INSTRUMENT_DEPENDENCY_MISSING'
  | 'INSTRUMENT_DECORATOR_MISUSE'
  | 'INSTRUMENT_INVALID_ARGUMENT'
  | 'INSTRUMENT_AUDIT_LOCKED'
  | 'INSTRUMENT_AUDIT_REFUSED'
  | 'INSTRUMENT_AUDIT_UNAVAILABLE';

/**
 * A mistake of the programmer or of the configuration, thrown at set-up and never at run time; except by audit, whose
 * users may have asked that what cannot be put on record is not done. All problems found are reported together in `problems` and in the message.
 */
export class InstrumentError extends Error {
  override readonly name: string = 'InstrumentError';
  readonly code: InstrumentErrorCode;
  readonly problems: readonly Problem[];

  constructor(
    code: InstrumentErrorCode,
    summary: string,
    problems: readonly Problem[] = [],
    cause?: unknown,
  ) {
    const lines = problems.map(describeProblem);
    super([`${summary} [${code}]`, ...lines].join('\n'), cause === undefined ? undefined : { cause });
    this.code = code;
    this.problems = problems;
  }
}

function describeProblem(problem: Problem): string {
  const where = problem.source === undefined ? '' : ` (${problem.source})`;
  const fix = problem.fix === undefined ? '' : ` ${problem.fix}`;
  const path = problem.path === '' ? '(root)' : problem.path;
  return `  - ${path}${where}: found ${problem.found}, expected ${problem.expected}.${fix}`;
}

/** A value as short text for an error message: strings quoted, long ones cut, never throwing. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  try {
    return cut(textOf(value));
  } catch {
    // Cycles, and what only runs code of its own: getters, toJSON, proxies.
    return typeof value === 'function' ? 'a function' : 'an object';
  }
}

/** A value with its type before it, as {@link describeValue} shows it: `string "7"`, `undefined`. */
export function describeTyped(value: unknown): string {
  return value === undefined ? 'undefined' : `${typeof value} ${describeValue(value)}`;
}

/**
 * What was meant as a URL, as {@link describeValue} shows it, without what may be a secret: all that stands before its last `@`,
 * and its query.
 */
export function describeUrl(value: unknown): string {
  if (typeof value !== 'string') return describeValue(value);
  const withoutCredentials = value.replace(/^((?:[a-z][a-z\d+.-]*:)?\/\/)?.*@/is, '$1***@');
  return describeValue(withoutCredentials.replace(/\?.+/s, '?***'));
}

function textOf(value: unknown): string {
  if (typeof value === 'function') return `a function ${value.name}`.trimEnd();
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'number')
    return String(value);
  return JSON.stringify(value) ?? 'an object';
}

function cut(text: string): string {
  return text.length > 80 ? `${beginningOf(text, 77)}...` : text;
}
