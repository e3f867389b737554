import { MAX_KEY } from './limits.ts';

/**
 * Which values of a key are secret: all of them; all but numbers, which count what has that name (`tokens: 812`); texts and lists, as
 * what else there is has keys of its own (`auth: { user, pass }`); or none.
 */
export type Secrecy = 'all' | 'uncounted' | 'texts' | 'none';

/** Words of labels that name no thing: `secret` is one of Kubernetes, `pin` one of a board, `token` one that is traded. */
const LABELS = '\\bauthorization|jwt|pass(?:code|phrase|word)s?|\\bpass (?:code|phrase|word)s?|passwd';
const SECRET_LABEL = new RegExp(`(?:${LABELS})$`);
/** What makes any key a secret's, wherever a word of it ends so: `PGPASSWORD` and `clientsecret_id`, and no `secretary`. */
const ANYWHERE = new RegExp(`(?:${LABELS}|cookies?|credentials?|pwd|secrets?)\\b`);
/** What two words at the end mean together; written as one, also behind others: `dbaccesskey`. */
const LAST_PAIRS: readonly string[] = [
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
  'secret key',
  'session id',
  'session key',
  'shared key',
  'signing key',
  'webhook url',
];
/** What makes a key a secret's at its end: `accessToken` is one, `tokenCount` is none. */
const LAST = new RegExp(
  [
    '\\b(?:otp|pin|cvv|cvc)',
    'token',
    // PHP: `PHPSESSID`.
    'sessid',
    ...LAST_PAIRS.flatMap((pair) => [`\\b${pair}`, pair.replace(' ', '')]),
  ]
    .map((end) => `${end}$`)
    .join('|'),
);
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
 * What of a key is secret by its name: `password`, `x-api-key`, `accessToken`, `token2`, `PGPASSWORD`. Of one that is longer than what
 * is shown, only the beginning and the end are looked at.
 */
export function secrecyOf(key: string): Secrecy {
  const looked = key.length > MAX_KEY ? `${key.slice(0, MAX_KEY)} ${key.slice(-MAX_KEY)}` : key;
  const words = wordsOf(looked);
  if (ANYWHERE.test(words.join(' '))) return 'all';
  const end = words.findLastIndex((word) => !ENDING.test(word));
  const [before = '', last = ''] = [words[end - 1], words[end]];
  // Boards number their pins.
  if (last === 'pin' && end < words.length - 1) return 'none';
  if (LAST.test(`${before} ${last}`)) return 'all';
  if (last === 'pass' || (last === 'tokens' && !AMOUNTS.has(before))) return 'uncounted';
  return last === 'auth' ? 'texts' : 'none';
}

/** A parameter of this name at the end makes an address one that anyone may use: `X-Amz-Signature`, `sig` of Azure. */
const SIGNATURE = /^(?:sig|signature)$/;
/** An ASCII character as it may be written in a query (RFC 3986, 2.1). */
const ENCODED = /%([0-7][0-9a-f])/gi;

/** What of a parameter of a query is secret by its name; see {@link secrecyOf}. */
export function parameterSecrecyOf(name: string): Secrecy {
  const plain = name.replace(ENCODED, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return SIGNATURE.test(wordsOf(plain).at(-1) ?? '') ? 'all' : secrecyOf(plain);
}

/**
 * Whether a label looks like that of a secret. Labels tell alerts apart, and are public wherever the series is that they come from;
 * so it takes a name that is no thing's.
 */
export function isSecretLabel(name: string): boolean {
  return SECRET_LABEL.test(wordsOf(name.slice(-MAX_KEY)).join(' '));
}

function wordsOf(key: string): string[] {
  return (key.match(WORD) ?? []).map((word) => word.toLowerCase());
}
