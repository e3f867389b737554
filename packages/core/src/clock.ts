/**
 * The clock of every duration: monotonic milliseconds with a fraction, since the process started.
 * A read costs about 70 ns on Node 20, half of what a decorated synchronous call costs.
 */
export const monotonicMillis: () => number = performance.now.bind(performance);

const DURATION = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/;
const UNIT_MILLIS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A duration as the options take it: milliseconds, or text such as `'250ms'`, `'5s'`, `'1.5m'`, `'2h'`, `'7d'`. */
export type Duration = number | string;

/**
 * Milliseconds of a {@link Duration}, or `undefined` when it is neither a finite number ≥ 0 nor such text.
 */
export function parseDuration(duration: unknown): number | undefined {
  if (typeof duration === 'number') return Number.isFinite(duration) && duration >= 0 ? duration : undefined;
  if (typeof duration !== 'string') return undefined;
  const match = DURATION.exec(duration.trim());
  if (match === null) return undefined;
  const millis = Number(match[1]) * (UNIT_MILLIS[match[2] ?? ''] ?? Number.NaN);
  return Number.isFinite(millis) ? millis : undefined;
}
