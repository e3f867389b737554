import { endOfDigits, numberAt } from './digits.ts';

/** More digits than 2⁶⁴ has. */
const MOST_DIGITS = 20;
const COLON = 58;
const NEW_LINE = 10;
const WORD = /[\w.]/;

/** A whole number of at least 0, and nothing else. */
export function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,20}$/.test(text) ? Number(text) : undefined;
}

/**
 * The number of a key in a file of lines `key: 123 kB` or `key 123`, as `/proc/meminfo`, `/proc/vmstat`,
 * `/proc/self/status` and the `*.stat` of control groups are. The unit is the caller's.
 */
export function keyedNumber(text: string, key: string): number | undefined {
  let at = text.indexOf(key);
  while (at >= 0) {
    const end = at + key.length;
    const code = text.charCodeAt(end);
    const isStart = at === 0 || text.charCodeAt(at - 1) === NEW_LINE;
    // Of a longer key, this is but the beginning.
    if (isStart && (code === COLON || isSpace(code))) return valueAt(text, code === COLON ? end + 1 : end);
    at = text.indexOf(key, end);
  }
  return undefined;
}

function valueAt(text: string, from: number): number | undefined {
  let start = from;
  while (isBlank(text.charCodeAt(start))) start++;
  const end = endOfDigits(text, start);
  const length = end - start;
  if (length === 0 || length > MOST_DIGITS || WORD.test(text.charAt(end))) return undefined;
  return numberAt(text, start, end);
}

/** Blank or tabulator. */
function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/** Also what ends a line: a key without a value. */
function isSpace(code: number): boolean {
  return isBlank(code) || (code >= NEW_LINE && code <= 13);
}
