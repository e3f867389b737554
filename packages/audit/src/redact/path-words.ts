/** Any number of keys, in a path. */
export const ANY_DEPTH = '**';
/** Any one key, in a path. */
export const ANY_KEY = '*';

// `items[3]` and `items[*]` are how paths are written in messages: the same as `items.3` and `items.*`.
const BRACKETS = /\[(\d+|\*)\]/g;

/**
 * How much longer a key can be than the word that it is: no UTF-16 code unit becomes more than 4 in form NFD, which is the same
 * for both; none of those takes the place of more than a surrogate pair; and lower case makes no text shorter.
 */
const MAX_SHRINKAGE = 8;

/**
 * A key as paths compare it: case, and how its accents are written, make no difference (Unicode form NFC). One that is too
 * long to be a word of `longest` characters is left as it is: many marks in a row take normalization time in their square.
 */
export function comparableKey(key: string, longest: number): string {
  return key.length > longest * MAX_SHRINKAGE ? key : wordOf(key);
}

function wordOf(text: string): string {
  return text.toLowerCase().normalize('NFC');
}

/**
 * The words of a path for redaction, as {@link comparableKey} has keys; `undefined` for a malformed one. A `**` at the end is at least one
 * key: `attributes.**` is what is in the attributes.
 */
export function pathWords(path: string): readonly string[] | undefined {
  // One by one, as keys are: some letters have another small form at the end of a word.
  const words = path.replace(BRACKETS, '.$1').split('.').map(wordOf);
  if (words.some((word) => word === '' || /[[\]]/.test(word))) return undefined;
  // A star within a word stands for nothing but itself, and was surely meant to.
  if (words.some((word) => word.includes('*') && word !== ANY_KEY && word !== ANY_DEPTH)) return undefined;
  return words.at(-1) === ANY_DEPTH ? [...words, ANY_KEY] : words;
}
