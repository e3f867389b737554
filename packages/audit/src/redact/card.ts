import { type Finder, type Found, forEachMatch } from './pattern.ts';

const MIN_DIGITS = 13;
const MAX_DIGITS = 19;

/** Groups of digits with a space, a no-break space or a hyphen between two of them, that touch no letter. */
const RUN = /(?<![\p{L}\p{N}_])\d+(?:[ \u00a0-]\d+)*(?![\p{L}\p{N}_])/gu;
const GROUP = /\d+/g;

/**
 * Payment card numbers (ISO/IEC 7812-1): 13 to 19 digits with a valid check digit, in groups or not, that begin as those
 * of the card networks do; times in milliseconds, which begin with 1, are none.
 */
export const findCard: Finder = (text) => {
  const found: Found[] = [];
  if (text.length < MIN_DIGITS) return found;
  forEachMatch(RUN, text, ({ 0: run, index }) => {
    if (run.length >= MIN_DIGITS) findInRun(run, index, found);
  });
  return found;
};

/** A run may hold more than the number: each group may be the first of one, and each the last. */
function findInRun(run: string, offset: number, found: Found[]): void {
  const groups = [...run.matchAll(GROUP)];
  for (let first = 0; first < groups.length; first++) {
    const last = lastOfCard(groups, first);
    if (last === undefined) continue;
    const { index: start } = groups[first] as RegExpExecArray;
    const end = groups[last] as RegExpExecArray;
    found.push({ start: offset + start, end: offset + end.index + end[0].length });
    first = last;
  }
}

function lastOfCard(groups: readonly RegExpExecArray[], first: number): number | undefined {
  let digits = '';
  let found: number | undefined;
  for (let last = first; last < groups.length; last++) {
    const group = (groups[last] as RegExpExecArray)[0];
    const length = digits.length + group.length;
    if (length > MAX_DIGITS) break;
    digits += group;
    if (length >= MIN_DIGITS && isIssued(digits[0] as string, length) && hasCheckDigit(digits)) found = last;
  }
  return found;
}

/** Whether there are cards with numbers of that length and that first digit. */
function isIssued(first: string, length: number): boolean {
  // Of 13 digits: old Visa and Maestro; of 14 and 15: Diners Club, American Express, Maestro; of more, also those of
  // Mastercard and Mir (2), RuPay (8) and Troy (9).
  if (length === MIN_DIGITS) return '456'.includes(first);
  return (length < 16 ? '3456' : '2345689').includes(first);
}

/** The Luhn algorithm (ISO/IEC 7812-1, annex B). */
function hasCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let i = digits.length - 1, isDoubled = false; i >= 0; i--, isDoubled = !isDoubled) {
    const digit = digits.charCodeAt(i) - 48;
    const weighted = isDoubled ? digit * 2 : digit;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}
