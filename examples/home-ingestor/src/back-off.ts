/** Share of a wait that is left to chance, so that those who failed together do not come back together. */
const JITTER = 0.2;

/** Milliseconds to wait before a retry, from 1: doubled each time, up to `mostMillis`. */
export function backOff(attempt: number, firstMillis: number, mostMillis: number): number {
  const whole = Math.min(mostMillis, firstMillis * 2 ** (attempt - 1));
  return whole * (1 - JITTER * Math.random());
}
