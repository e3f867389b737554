import { type Finder, type Found, forEachMatch } from './pattern.ts';

// Norway's has 15; the standard allows for 34.
const MIN_LENGTH = 15;
const MAX_LENGTH = 34;

/** Two letters and two digits, which are six digits. */
const FIRST_LENGTH = 4;
const FIRST_FACTOR = 1_000_000;

const START = /(?<![\p{L}\p{N}_])[a-z]{2}\d{2}/giu;
const DIGIT_0 = 48;
const LETTER_A = 97;
// In lower case, which a bit more is.
const LOWER = 32;

/** International bank account numbers (ISO 13616-1) with valid check digits, in groups or not, in either case. */
export const findIban: Finder = (text) => {
  const found: Found[] = [];
  if (text.length < MIN_LENGTH) return found;
  let last = 0;
  forEachMatch(START, text, ({ index: start }) => {
    const end = start < last ? undefined : endOfIban(text, start);
    if (end === undefined) return;
    found.push({ start, end });
    last = end;
  });
  return found;
};

/** Words may follow, which look like groups: the longest that is valid is taken. */
function endOfIban(text: string, start: number): number | undefined {
  let end: number | undefined;
  // ISO 7064, MOD 97-10: letters count from A as 10; the first four characters go to the end.
  let first = 0;
  for (let i = start; i < start + FIRST_LENGTH; i++) first = appended(first, valueAt(text, i));
  let rest = 0;
  let count = FIRST_LENGTH;
  let next = valueAt(text, start + FIRST_LENGTH);
  for (let i = start + FIRST_LENGTH; i < text.length && count < MAX_LENGTH; i++) {
    const value = next;
    next = valueAt(text, i + 1);
    if (value === -1) {
      if (next === -1 || !isSeparator(text[i])) break;
      continue;
    }
    rest = appended(rest, value);
    if (++count >= MIN_LENGTH && next === -1 && (rest * FIRST_FACTOR + first) % 97 === 1) end = i + 1;
  }
  return end;
}

function appended(rest: number, value: number): number {
  return (rest * (value > 9 ? 100 : 10) + value) % 97;
}

/** Value of a digit or letter; -1 for anything else. */
function valueAt(text: string, i: number): number {
  const code = text.charCodeAt(i);
  if (code >= DIGIT_0 && code < DIGIT_0 + 10) return code - DIGIT_0;
  const letter = (code | LOWER) - LETTER_A;
  return code < 128 && letter >= 0 && letter < 26 ? letter + 10 : -1;
}

function isSeparator(character: string | undefined): boolean {
  return character === ' ' || character === '-' || character === '\u00a0';
}
