/** Back-off: 1 s, then half as long again each time, up to 5 s; a fifth more or less, so that clients do not come at once. */
const FIRST_BACK_OFF_MILLIS = 1_000;
const BACK_OFF_FACTOR = 1.5;
const MAX_BACK_OFF_MILLIS = 5_000;
const JITTER = 0.2;

/** Milliseconds to wait before retry number `retry`, from 0. `random` is from 0 to 1. */
export function backOffMillis(retry: number, random: number = Math.random()): number {
  const base = Math.min(FIRST_BACK_OFF_MILLIS * BACK_OFF_FACTOR ** retry, MAX_BACK_OFF_MILLIS);
  return base * (1 + JITTER * (2 * random - 1));
}
