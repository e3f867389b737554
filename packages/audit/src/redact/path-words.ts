/** Any number of keys, in a path. */
export const ANY_DEPTH = '**';
/** Any one key, in a path. */
export const ANY_KEY = '*';

// `items[3]` and `items[*]` are how paths are written in messages: the same as `items.3` and `items.*`.
const BRACKETS = /\[(\d+|\*)\]/g;

/** A key as paths compare it: case, and how its accents are written, make no difference (Unicode form NFC). */
export function comparableKey(key: string): string {
  return key.toLowerCase().normalize('NFC');
}

/**
 * The words of a path for redaction, as {@link comparableKey} has keys; `undefined` for a malformed one. A `**` at the end is at least one
 * key: `attributes.**` is what is in the attributes.
 */
export function pathWords(path: string): readonly string[] | undefined {
  const words = comparableKey(path.replace(BRACKETS, '.$1')).split('.');
  if (words.some((word) => word === '' || /[[\]]/.test(word))) return undefined;
  // A star within a word stands for nothing but itself, and was surely meant to.
  if (words.some((word) => word.includes('*') && word !== ANY_KEY && word !== ANY_DEPTH)) return undefined;
  return words.at(-1) === ANY_DEPTH ? [...words, ANY_KEY] : words;
}
