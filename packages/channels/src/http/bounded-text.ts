const ELLIPSIS = '…';

/** Text that UTF-8 can say: what is half of a pair becomes U+FFFD. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}

/** Text of at most so many UTF-16 units, well-formed; what is cut ends in an ellipsis. */
export function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return wellFormed(text);
  if (maxLength < 1) return '';
  const kept = text.slice(0, maxLength - ELLIPSIS.length);
  // Half of a pair at the end is the cut's doing, and no character of the text.
  return `${wellFormed(kept.replace(/[\uD800-\uDBFF]$/, ''))}${ELLIPSIS}`;
}

/** Well-formed text without control characters, save line feed and tab, and without what turns the direction of a line. */
export function printable(text: string): string {
  // CR alone is a line's end too. Bidirectional controls make text read as what it is not (CVE-2021-42574).
  return wellFormed(text)
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replace(/(?![\n\t])\p{Cc}|[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '');
}

/** The same in one line. */
export function oneLine(text: string): string {
  return printable(text).replace(/\s+/g, ' ').trim();
}
