const ELLIPSIS = '…';

/** Text of at most `max` UTF-16 units: a longer one ends in an ellipsis, and no character of two units is torn. */
export function cutText(text: string, max: number): string {
  return text.length <= max ? text : `${beginningOf(text, max - ELLIPSIS.length)}${ELLIPSIS}`;
}

/** The first `max` UTF-16 units of a text, one less where that would tear a character of two. */
export function beginningOf(text: string, max: number): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  const isHalf = last >= 0xd8_00 && last <= 0xdb_ff;
  return text.slice(0, Math.max(0, isHalf ? max - 1 : max));
}
