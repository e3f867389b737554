/** What one series of a histogram recorded in an interval, in buckets of both kinds alike. Reused from series to series. */
export class Distribution {
  /** Bounds of bucket `i`: above `lows[i]`, up to `highs[i]`; within the least and the greatest value, where known. */
  readonly lows: number[] = [];
  readonly highs: number[] = [];
  /** Never 0: empty buckets are left out. */
  readonly counts: number[] = [];
  /** How many buckets there are; what stands behind in the arrays is of another series. */
  size = 0;
  /** How many values were recorded. */
  count = 0;
  /** `undefined` where it is not known. */
  sum: number | undefined;
  min: number | undefined;
  max: number | undefined;
  #factor = 1;

  /** Begins with another series; every figure and bound is multiplied by `factor`. */
  begin(sum: number | undefined, min: number | undefined, max: number | undefined, factor: number): void {
    this.#factor = factor;
    this.size = 0;
    this.count = 0;
    this.sum = scaled(sum, factor);
    this.min = scaled(min, factor);
    this.max = scaled(max, factor);
  }

  /** Adds a bucket, in ascending order. Bounds may be infinite. */
  add(low: number, high: number, count: number): void {
    // NaN too.
    if (!(count > 0)) return;
    const least = this.min ?? Number.NEGATIVE_INFINITY;
    const greatest = this.max ?? Number.POSITIVE_INFINITY;
    const from = Math.min(Math.max(low * this.#factor, least), greatest);
    const to = Math.max(Math.min(high * this.#factor, greatest), from);
    this.count += count;
    const i = this.size++;
    this.counts[i] = count;
    // What lies below all bounds is taken to be positive, as long as it can be; what lies above, at the last bound.
    const isOpen = to === Number.POSITIVE_INFINITY;
    const bottom = from === Number.NEGATIVE_INFINITY ? (isOpen ? 0 : Math.min(0, to)) : from;
    this.lows[i] = bottom;
    this.highs[i] = isOpen ? bottom : to;
  }
}

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined || !Number.isFinite(value) ? undefined : value * factor;
}

/** Adds the buckets of an explicit-bucket histogram. */
export function addExplicit(
  distribution: Distribution,
  boundaries: readonly number[],
  counts: readonly number[],
): void {
  for (let i = 0; i <= boundaries.length; i++) {
    const count = counts[i] ?? 0;
    if (count === 0) continue;
    distribution.add(
      i === 0 ? Number.NEGATIVE_INFINITY : (boundaries[i - 1] as number),
      i === boundaries.length ? Number.POSITIVE_INFINITY : (boundaries[i] as number),
      count,
    );
  }
}

/** One sign of an exponential histogram: bucket `offset + i` holds `counts[i]`. */
export interface SignedBuckets {
  readonly offset: number;
  readonly counts: readonly number[];
}

/** Adds the buckets of a base-2 exponential histogram (OpenTelemetry metrics data model, "ExponentialHistogram"). */
export function addExponential(
  distribution: Distribution,
  scale: number,
  zeroCount: number,
  positive: SignedBuckets,
  negative: SignedBuckets,
): void {
  const bound = (index: number): number => 2 ** (index * 2 ** -scale);
  for (let i = negative.counts.length - 1; i >= 0; i--) {
    const index = negative.offset + i;
    distribution.add(-bound(index + 1), -bound(index), negative.counts[i] as number);
  }
  distribution.add(0, 0, zeroCount);
  for (let i = 0; i < positive.counts.length; i++) {
    const index = positive.offset + i;
    distribution.add(bound(index), bound(index + 1), positive.counts[i] as number);
  }
}
