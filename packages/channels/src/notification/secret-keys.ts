import { MAX_KEY } from './limits.ts';

/**
 * Which values of a key are secret: all of them; all but numbers, which count what has that name (`tokens: 812`); texts and lists, as
 * what else there is has keys of its own (`auth: { user, pass }`); or none.
 */
export type Secrecy = 'all' | 'uncounted' | 'texts' | 'none';

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
/** What `tokens` behind it are a number of, whether it is written as a text or not. */
const AMOUNTS: ReadonlySet<string> = new Set([
  'max',
  'min',
  'total',
  'input',
  'output',
  'prompt',
  'completion',
  'reasoning',
  'remaining',
]);
/** What may stand behind the words that tell: which of several, and the form of a key. */
const ENDING = /^(?:\d+|pem)$/;
const WORD = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g;

/**
 * What of a key is secret by its name: `password`, `x-api-key`, `accessToken`, `token2`, `Set-Cookie`. Of one that is longer than what
 * is shown, only the beginning and the end are looked at.
 */
export function secrecyOf(key: string): Secrecy {
  const looked = key.length > MAX_KEY ? `${key.slice(0, MAX_KEY)} ${key.slice(-MAX_KEY)}` : key;
  const words = wordsOf(looked);
  if (words.some((word) => SECRET_WORDS.has(word))) return 'all';
  const end = words.findLastIndex((word) => !ENDING.test(word));
  const [before = '', last = ''] = [words[end - 1], words[end]];
  // Boards number their pins.
  if (last === 'pin' && end < words.length - 1) return 'none';
  if (LAST_WORDS.has(last) || LAST_PAIRS.has(`${before} ${last}`)) return 'all';
  if (last === 'pass' || (last === 'tokens' && !AMOUNTS.has(before))) return 'uncounted';
  return last === 'auth' ? 'texts' : 'none';
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
