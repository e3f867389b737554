const ZERO = 48;
const NINE = 57;
/** Of that many digits, every number is exact: 10¹⁵ is below 2⁵³. */
const EXACT_DIGITS = 15;

/** Where the digits end that begin at `from`: there itself, when there are none. */
export function endOfDigits(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    // Beyond the end it is NaN.
    if (!(code >= ZERO && code <= NINE)) return at;
    at++;
  }
}

/** The number that the digits from `from` to `end` are. A regular expression and its match would take ten times as long. */
export function numberAt(text: string, from: number, end: number): number {
  if (end - from > EXACT_DIGITS) return Number(text.slice(from, end));
  let value = 0;
  for (let at = from; at < end; at++) value = value * 10 + text.charCodeAt(at) - ZERO;
  return value;
}
