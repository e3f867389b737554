import type { RedactionOptions } from '@org/instrument-audit';
import { leaf, list, pattern } from './leaves.ts';
import { type Fields, fieldsOf, type Leaf } from './rule.ts';

/** Ready-made patterns of redaction. */
const PATTERNS = ['email', 'card', 'iban', 'bearer', 'ipv4', 'ipv6'];
const MAX_REPLACEMENT_LENGTH = 64;
/** Fields of an operation that paths may lead to, and the fields of each; `undefined`: any key. */
const FIELDS: ReadonlyMap<string, readonly string[] | undefined> = new Map([
  ['actor', ['id', 'type', 'name', 'address']],
  ['attributes', undefined],
  ['correlation', ['traceid', 'spanid', 'requestid', 'tenant']],
  ['durationmillis', []],
  ['error', ['type', 'message']],
  ['inputs', undefined],
  ['outputs', undefined],
  ['reason', []],
  ['starttime', []],
  ['target', ['id', 'type', 'name']],
]);

const path: Leaf = leaf(
  "a path in an operation, such as 'attributes.password' or '**.ssn'",
  (value) => typeof value === 'string' && leadsSomewhere(value),
  {
    reads: 'text',
    fix: (value) =>
      typeof value === 'string' && /^[\w-]+$/.test(value)
        ? `Write attributes.${value}, or **.${value} for wherever it is.`
        : undefined,
  },
);

const redactionPattern: Leaf = leaf(
  `a regular expression that does not match an empty text, or one of ${PATTERNS.join(', ')}`,
  (value) => PATTERNS.includes(value as string) || (value instanceof RegExp && !matchesNothing(value)),
  {
    reads: 'text',
    fix: (value) =>
      typeof value === 'string' && pattern.accepts(value) ? 'Give regular expressions in code.' : undefined,
  },
);

const replacement: Leaf = leaf(
  `a text of at most ${MAX_REPLACEMENT_LENGTH} characters without lone surrogates`,
  (value) => typeof value === 'string' && value.length <= MAX_REPLACEMENT_LENGTH && value.isWellFormed(),
  { reads: 'text' },
);

/** What is left out of operations. A path that leads nowhere would leave open what was to be hidden. */
export const redaction: Fields = fieldsOf<RedactionOptions>({
  paths: list('a list of paths', path),
  patterns: list('a list of patterns', redactionPattern),
  replacement,
});

/** Keys, `*` and `**`, whose case is of no account; `items[3]` and `items[*]` are `items.3` and `items.*`. */
function leadsSomewhere(path: string): boolean {
  const words = path
    .replace(/\[(\d+|\*)\]/g, '.$1')
    .split('.')
    .map((word) => word.toLowerCase());
  // A star within a word stands for nothing but itself, and was surely meant to.
  if (!words.every((word) => isStar(word) || /^[^[\]*]+$/.test(word))) return false;
  const [first = '', second] = words;
  if (isStar(first)) return true;
  if (!FIELDS.has(first)) return false;
  const fields = FIELDS.get(first);
  return fields === undefined || second === undefined || isStar(second) || fields.includes(second);
}

function isStar(word: string): boolean {
  return word === '*' || word === '**';
}

function matchesNothing(expression: RegExp): boolean {
  // Flags that remember a place, or keep to it, are of no account.
  return new RegExp(expression.source, expression.flags.replace(/[gyd]/g, '')).test('');
}
