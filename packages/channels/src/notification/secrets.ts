import { MAX_STRING, MORE, REDACTED } from './limits.ts';
import { parameterSecrecyOf } from './secret-keys.ts';
import { withoutUserInfo } from './user-info.ts';

/** A token with its scheme (RFC 6750, 2.1; RFC 7617, 2); a short word of letters is none: "the bearer of this". */
const SCHEME =
  /\b(bearer|basic)([ \t]{1,4})(?=[a-z._~+/=-]{0,11}\d|[a-z0-9._~+/-]{16})[a-z0-9._~+/-]{8,}=*/gi;
/** What may be one, of which the rest was cut off. */
const CUT_SCHEME = /\b(bearer|basic)([ \t]{1,4})[a-z0-9._~+/-]+=*$/i;

/** What may be a URL: in none are spaces, and in texts they end at quotes. */
const WORDS = /[^\s"'<>]+/g;

/**
 * A parameter of a query, or of a fragment (RFC 6749, 4.2.2): its name, and its value. Some part them by semicolons (HTML 4, B.2.2);
 * one behind which no other parameter begins is one of the value.
 */
const PARAMETER = /([?&#;])([^\s=&?#;"'<>]{1,128})=((?:[^\s&#;"'<>]+|;(?![^\s=&?#;"'<>]{1,128}=))+)/g;
const COUNT = /^\d+$/;

/** A private key (RFC 7468, 10 and 11); one whose end is missing goes on to the end of the text. */
const PRIVATE_KEY =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,60}-----|$)/g;

/**
 * As much of a text as is looked at, without what {@link withoutSecrets} finds: more than is shown, and yet what is near the cut may be
 * shown, where what was in front of it has become short.
 */
export function safeBeginning(text: string): string {
  if (text.length <= MAX_STRING * 2) return withoutSecrets(text);
  return `${withoutSecrets(text.slice(0, MAX_STRING * 2), true)}${MORE}`;
}

/**
 * Text without what is known to be a secret by its form: the password of a URL, secret parameters of its query, a token behind its
 * scheme, a private key. `isCut`: the text goes on, and what may be the beginning of a secret at its end is taken for one.
 */
export function withoutSecrets(text: string, isCut: boolean = false): string {
  let safe = text;
  if ((isCut || safe.includes('@')) && safe.includes('://')) {
    const { length } = safe;
    safe = safe.replace(WORDS, (word: string, offset: number) =>
      isCut && offset + word.length === length ? withoutCutUserInfo(word) : withoutUserInfo(word),
    );
  }
  if (/bearer|basic/i.test(safe)) {
    safe = safe.replace(SCHEME, `$1$2${REDACTED}`);
    if (isCut) safe = safe.replace(CUT_SCHEME, `$1$2${REDACTED}`);
  }
  if (safe.includes('=')) safe = safe.replace(PARAMETER, withoutSecretValue);
  if (safe.includes('PRIVATE KEY')) safe = safe.replace(PRIVATE_KEY, REDACTED);
  return safe;
}

/** Of a word that goes on: what comes may well be an `@`, and all before it be a password. */
function withoutCutUserInfo(word: string): string {
  return withoutUserInfo(`${word}@`).slice(0, -1);
}

function withoutSecretValue(parameter: string, mark: string, name: string, value: string): string {
  const secrecy = parameterSecrecyOf(name);
  if (secrecy === 'none' || (secrecy === 'uncounted' && COUNT.test(value))) return parameter;
  return `${mark}${name}=${REDACTED}`;
}
