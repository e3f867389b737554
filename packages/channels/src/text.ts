import { cutText as cutAt } from '@org/instrument-core';

/** Longest title: what subjects and headings of the receivers show. */
const MAX_TITLE = 256;
/** Longest text, in UTF-16 units. */
const MAX_TEXT = 8_192;

/** Well-formed text without control characters, save line feed and tab, and without what turns the direction of a line. */
export function printable(text: string): string {
  // CR alone is a line's end too. Bidirectional controls make text read as what it is not (CVE-2021-42574).
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replace(/(?![\n\t])\p{Cc}|[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '');
}

/** The same in one line, as long as it is. */
export function lineOf(text: string): string {
  // What is one already has no match: V8 keeps the text of the last one.
  return printable(text)
    .replace(/\s{2,}|[^\S ]/g, ' ')
    .trim();
}

/** Well-formed text of at most so many UTF-16 units; what is cut ends in an ellipsis, and never in half of a pair. */
export function cutText(text: string, max: number): string {
  return max < 1 ? '' : cutAt(text, max).toWellFormed();
}

/** Text as one line that nothing can break, of at most {@link MAX_TITLE} UTF-16 units. */
export function oneLine(text: string, max: number = MAX_TITLE): string {
  // Cut before as well, so that a huge text costs no more than a long one.
  return cutText(lineOf(cutText(text, max * 4)), max);
}

/** Text of several lines, of at most {@link MAX_TEXT} UTF-16 units. */
export function boundedText(text: string): string {
  return cutText(printable(cutText(text, MAX_TEXT * 2)), MAX_TEXT);
}
