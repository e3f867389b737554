import { REDACTED } from './limits.ts';

/** Words that make any key a secret's, wherever they stand in it. */
const SECRET_WORDS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'cookies',
  'credential',
  'credentials',
  'jwt',
  'passcode',
  'passphrase',
  'passwd',
  'password',
  'passwords',
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

// Keys of events are few, and the same again and again.
const known = new Map<string, boolean>();
const MAX_KNOWN = 2_000;

/** Whether a key looks like that of a secret: `password`, `x-api-key`, `accessToken`, `Set-Cookie`. */
export function isSecretKey(key: string): boolean {
  let is = known.get(key);
  if (is === undefined) {
    is = looksSecret(key);
    if (known.size < MAX_KNOWN) known.set(key, is);
  }
  return is;
}

function looksSecret(key: string): boolean {
  const words = (key.match(WORD) ?? []).map((word) => word.toLowerCase());
  if (words.some((word) => SECRET_WORDS.has(word))) return true;
  const last = words.at(-1) ?? '';
  return LAST_WORDS.has(last) || LAST_PAIRS.has(`${words.at(-2) ?? ''} ${last}`);
}

/** User and password of a URL (RFC 3986, 3.2.1). Bounded, so that no text takes more than linear time. */
const USER_INFO = /(:\/\/)([^\s/?#@"'<>]{1,256})@/g;
/** A token with its scheme (RFC 6750, 2.1; RFC 7617, 2); a short word of letters is none: "the bearer of this". */
const SCHEME =
  /\b(bearer|basic)([ \t]{1,4})(?=[a-z._~+/=-]{0,11}\d|[a-z0-9._~+/-]{16})[a-z0-9._~+/-]{8,4096}=*/gi;

/** Text without what is known to be a secret by its form: the password of a URL, a token behind its scheme. */
export function withoutSecrets(text: string): string {
  let safe = text;
  if (safe.includes('@') && safe.includes('://')) safe = safe.replace(USER_INFO, `$1${REDACTED}@`);
  if (/bearer|basic/i.test(safe)) safe = safe.replace(SCHEME, `$1$2${REDACTED}`);
  return safe;
}
