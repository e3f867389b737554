const WORD = 2 ** 32;
/** The ends of the range of `int64`; both are exact as numbers. */
const MIN_INT64 = -(2 ** 63);
const END_OF_INT64 = 2 ** 63;

/** Whether `int64` holds an integer. */
export function fitsInt64(integer: number): boolean {
  return integer >= MIN_INT64 && integer < END_OF_INT64;
}

/** Bits 32 to 63 of an integer in two's complement. */
export function highWord(value: number): number {
  return Math.floor(Math.trunc(value) / WORD) >>> 0;
}

/** Value of a hexadecimal digit: of letters, in either case, the lower four bits count from 1. */
export function nibble(code: number): number {
  return (code & 0xf) + (code > 0x39 ? 9 : 0);
}
