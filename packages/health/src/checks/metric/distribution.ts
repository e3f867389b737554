import { bucketUpperBound, type MetricPoint } from '@org/instrument-core';

/** Counts of a histogram by the upper bounds of its buckets, empty ones included; `Infinity` for the last one. */
export type Distribution = ReadonlyMap<number, number>;

/** Adds the buckets of one series of a histogram to `target`. Negative values of exponential histograms are left out. */
export function addBuckets(target: Map<number, number>, value: MetricPoint['value']): void {
  for (const [bound, count] of buckets(value)) target.set(bound, (target.get(bound) ?? 0) + count);
}

function buckets(value: MetricPoint['value']): (readonly [bound: number, count: number])[] {
  if (typeof value === 'number') return [];
  if ('counts' in value) {
    return value.counts.map((count, i) => [value.boundaries[i] ?? Number.POSITIVE_INFINITY, count]);
  }
  const { positive, scale, zeroCount } = value;
  const { offset, counts } = positive;
  return [
    [0, zeroCount],
    // Where the first one begins.
    [bucketUpperBound(offset - 1, scale), 0],
    ...counts.map((count, i) => [bucketUpperBound(offset + i, scale), count] as const),
  ];
}

/**
 * What was added since `earlier`. When a bucket has lost something, as after a reset or when an exponential histogram
 * has been given a coarser scale, all of it counts as new.
 */
export function distributionSince(now: Distribution, earlier: Distribution): Distribution {
  for (const [bound, count] of earlier) if ((now.get(bound) ?? 0) < count) return now;
  return new Map([...now].map(([bound, count]) => [bound, count - (earlier.get(bound) ?? 0)]));
}

/**
 * Quantile `q` (0 to 1) by linear interpolation in its bucket, as PromQL's `histogram_quantile` does; a bucket begins
 * where the one below it ends, the first at 0, and the last one ends at `greatest`. `undefined` for nothing.
 */
export function quantileOf(distribution: Distribution, q: number, greatest: number): number | undefined {
  const rank = q * [...distribution.values()].reduce((sum, count) => sum + count, 0);
  let below = 0;
  let low = 0;
  for (const [bound, count] of [...distribution].sort(([a], [b]) => a - b)) {
    const high = Number.isFinite(bound) ? bound : Math.max(low, greatest);
    if (count > 0 && below + count >= rank) return low + (high - low) * ((rank - below) / count);
    below += count;
    low = high;
  }
  return undefined;
}
