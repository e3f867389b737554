import { endOfDigits, numberAt } from './digits.ts';

const BLANK = 32;
const NEW_LINE = 10;

/**
 * Up to `most` whole numbers that stand in a line from `from` on, with blanks between them. One of them that is no number
 * makes it none at all.
 */
export function columnsOf(text: string, from: number, most: number): number[] {
  const columns: number[] = [];
  let at = endOfBlanks(text, from);
  while (columns.length < most && !isLineEnd(text, at)) {
    const end = endOfDigits(text, at);
    const isWord = end > at && (text.charCodeAt(end) === BLANK || isLineEnd(text, end));
    const value = isWord ? numberAt(text, at, end) : Number.NaN;
    if (!Number.isFinite(value)) return [];
    columns.push(value);
    at = endOfBlanks(text, end);
  }
  return columns;
}

/** Where the line ends that `from` is in: at its line feed, or with the text. */
export function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** Where the blanks end that begin at `from`. */
export function endOfBlanks(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === BLANK) at++;
  return at;
}

function isLineEnd(text: string, at: number): boolean {
  return at >= text.length || text.charCodeAt(at) === NEW_LINE;
}
