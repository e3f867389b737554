import type { Distribution } from './distribution.ts';

/**
 * Quantile `q` (0 to 1) of what a histogram recorded, by linear interpolation inside the bucket that holds it, as PromQL's
 * `histogram_quantile` does. `NaN` when nothing was recorded.
 */
export function quantileOf({ lows, highs, counts, size, count }: Distribution, q: number): number {
  const rank = q * count;
  let below = 0;
  for (let i = 0; i < size; i++) {
    const own = counts[i] as number;
    const low = lows[i] as number;
    if (below + own >= rank) return low + ((highs[i] as number) - low) * ((rank - below) / own);
    below += own;
  }
  return size === 0 ? Number.NaN : (highs[size - 1] as number);
}

/** The name of a quantile: `p50` for 0.5, `p99` for 0.99, `p999` for 0.999. */
export function quantileName(q: number): string {
  if (q === 1) return 'p100';
  const digits = String(q).split('.')[1] ?? '0';
  return `p${digits.padEnd(2, '0')}`;
}
