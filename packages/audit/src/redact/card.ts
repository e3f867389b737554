import { type Finder, type Found, forEachMatch } from './pattern.ts';

const MIN_DIGITS = 13;
const MAX_DIGITS = 19;

/** Groups of digits with a space, a no-break space or a hyphen between two of them, that touch no letter. */
const RUN = /(?<![\p{L}\p{N}_])\d+(?:[ \u00a0-]\d+)*(?![\p{L}\p{N}_])/gu;
const DIGIT_0 = 48;
/** First digits of all cards. */
const ISSUED = '2345689';

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
  for (let start = 0; start < run.length; start++) {
    const end = endOfCard(run, start);
    if (end !== undefined) found.push({ start: offset + start, end: offset + end });
    // On to the next group, behind one separator.
    for (start = end ?? start; isDigit(run, start); ) start++;
  }
}

/** Of the numbers that begin with a group the longest; each digit is read once, whatever is still to come. */
function endOfCard(run: string, start: number): number | undefined {
  const first = run[start] as string;
  if (!ISSUED.includes(first)) return undefined;
  let end: number | undefined;
  let count = 0;
  // The Luhn algorithm (ISO/IEC 7812-1, annex B) doubles every second digit from the right: by whether there are even many.
  let sumOfEven = 0;
  let sumOfOdd = 0;
  for (let i = start; i < run.length; i++) {
    if (!isDigit(run, i)) continue;
    if (++count > MAX_DIGITS) break;
    const digit = run.charCodeAt(i) - DIGIT_0;
    const doubled = digit > 4 ? digit * 2 - 9 : digit * 2;
    sumOfEven += count % 2 === 1 ? doubled : digit;
    sumOfOdd += count % 2 === 1 ? digit : doubled;
    if (count < MIN_DIGITS || (count % 2 === 0 ? sumOfEven : sumOfOdd) % 10 !== 0) continue;
    if (!isDigit(run, i + 1) && isIssued(first, count)) end = i + 1;
  }
  return end;
}

/** Whether there are cards with numbers of that length and that first digit. */
function isIssued(first: string, length: number): boolean {
  // Of 13 digits: old Visa and Maestro; of 14 and 15: Diners Club, American Express, Maestro; of more, also those of
  // Mastercard and Mir (2), RuPay (8) and Troy (9).
  if (length === MIN_DIGITS) return '456'.includes(first);
  return (length < 16 ? '3456' : ISSUED).includes(first);
}

function isDigit(text: string, i: number): boolean {
  const digit = text.charCodeAt(i) - DIGIT_0;
  return digit >= 0 && digit <= 9;
}
