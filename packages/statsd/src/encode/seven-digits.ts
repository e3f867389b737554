const DIGITS = 7;
/** Powers of ten up to here are exact doubles. */
const LARGEST_POWER = 22;

/** An estimate with as many digits as it deserves: more would be longer lines, and no more truth. */
export function sevenDigits(value: number): number {
  if (value === 0) return 0;
  const places = DIGITS - 1 - Math.floor(Math.log10(Math.abs(value)));
  if (places < 0 || places > LARGEST_POWER) return value;
  const power = 10 ** places;
  return Math.round(value * power) / power;
}
