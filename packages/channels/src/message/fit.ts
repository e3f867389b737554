import { lineOf, printable } from '../text.ts';

const ELLIPSIS = '…';
const asIs = (text: string): string => text;

/**
 * Text that is printable, escaped, and at most so many UTF-16 units long, cut between characters and never within an escape;
 * what is cut ends in an ellipsis.
 *
 * @param escaping gives what stands for a character; nothing is shorter than the character.
 */
export function fit(text: string, maxLength: number, escaping: (character: string) => string = asIs): string {
  // What comes after cannot fit; save what is not printable, which is left out.
  const looked = text.slice(0, maxLength * 4);
  let fitted = '';
  let kept = '';
  for (const character of printable(looked)) {
    fitted += escaping(character);
    if (fitted.length > maxLength) return withEllipsis(kept, maxLength);
    if (fitted.length <= maxLength - ELLIPSIS.length) kept = fitted;
  }
  return looked.length < text.length ? withEllipsis(kept, maxLength) : fitted;
}

/** The same in one line; `fallback` where nothing is left. */
export function fitLine(
  text: string,
  maxLength: number,
  escaping?: (character: string) => string,
  fallback: string = '',
): string {
  const line = lineOf(text.slice(0, maxLength * 4));
  const fitted = fit(text.length > maxLength * 4 ? `${line}${ELLIPSIS}` : line, maxLength, escaping);
  return fitted === '' ? fallback : fitted;
}

function withEllipsis(text: string, maxLength: number): string {
  return `${text}${ELLIPSIS}`.slice(0, maxLength);
}
