/**
 * Pause after so many attempts: doubled each time, from the initial delay to the greatest, of which at least half is kept ("equal
 * jitter": those that failed together do not come back together, and none at once).
 */
export function backOffMillis(
  attempts: number,
  initialDelayMillis: number,
  maxDelayMillis: number,
  random: () => number,
): number {
  // 2^53 times the least delay is beyond any; a greater exponent would only make infinity of it.
  const full = Math.min(maxDelayMillis, initialDelayMillis * 2 ** Math.min(53, Math.max(0, attempts - 1)));
  return full / 2 + (random() * full) / 2;
}
