import { MAX_KEY, REDACTED } from './limits.ts';
import { withoutUserInfo } from './user-info.ts';

/** Words of labels that name no thing: `secret` is one of Kubernetes, `pin` one of a board, `token` one that is traded. */
const SECRET_LABELS: ReadonlySet<string> = new Set([
  'authorization',
  'jwt',
  'passcode',
  'passphrase',
  'passwd',
  'password',
  'passwords',
]);
/** Words that make any key a secret's, wherever they stand in it. */
const SECRET_WORDS: ReadonlySet<string> = new Set([
  ...SECRET_LABELS,
  'cookie',
  'cookies',
  'credential',
  'credentials',
  'pwd',
  'secret',
  'secrets',
]);
/** Words that do so at the end: `accessToken` is one, `tokenCount` is none. */
const LAST_WORDS: ReadonlySet<string> = new Set([
  'token',
  'apikey',
  'authtoken',
  'accesstoken',
  'sessionid',
  'otp',
  'pin',
  'cvv',
  'cvc',
]);
/** What two words at the end mean together. */
const LAST_PAIRS: ReadonlySet<string> = new Set([
  'access key',
  'api key',
  'api keys',
  'auth key',
  'connection string',
  'encryption key',
  'integration key',
  'master key',
  'private key',
  'routing key',
  'session id',
  'session key',
  'shared key',
  'signing key',
  'webhook url',
]);
const WORD = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g;

/**
 * Whether a key looks like that of a secret: `password`, `x-api-key`, `accessToken`, `Set-Cookie`. Of one that is longer than what is
 * shown, only the beginning and the end are looked at.
 */
export function isSecretKey(key: string): boolean {
  const looked = key.length > MAX_KEY ? `${key.slice(0, MAX_KEY)} ${key.slice(-MAX_KEY)}` : key;
  const words = wordsOf(looked);
  if (words.some((word) => SECRET_WORDS.has(word))) return true;
  const last = words.at(-1) ?? '';
  return LAST_WORDS.has(last) || LAST_PAIRS.has(`${words.at(-2) ?? ''} ${last}`);
}

/**
 * Whether a label looks like that of a secret. Labels tell alerts apart, and are public wherever the series is that they come from;
 * so it takes a name that is no thing's.
 */
export function isSecretLabel(name: string): boolean {
  return SECRET_LABELS.has(wordsOf(name.slice(-MAX_KEY)).at(-1) ?? '');
}

function wordsOf(key: string): string[] {
  return (key.match(WORD) ?? []).map((word) => word.toLowerCase());
}

/** A token with its scheme (RFC 6750, 2.1; RFC 7617, 2); a short word of letters is none: "the bearer of this". */
const SCHEME =
  /\b(bearer|basic)([ \t]{1,4})(?=[a-z._~+/=-]{0,11}\d|[a-z0-9._~+/-]{16})[a-z0-9._~+/-]{8,}=*/gi;

/** What may be a URL: in none are spaces, and in texts they end at quotes. */
const WORDS = /[^\s"'<>]+/g;

/** Text without what is known to be a secret by its form: the password of a URL, a token behind its scheme. */
export function withoutSecrets(text: string): string {
  let safe = text;
  if (safe.includes('@') && safe.includes('://')) safe = safe.replace(WORDS, withoutUserInfo);
  if (/bearer|basic/i.test(safe)) safe = safe.replace(SCHEME, `$1$2${REDACTED}`);
  return safe;
}
