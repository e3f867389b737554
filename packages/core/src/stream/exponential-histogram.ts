import type { ExponentialBuckets, ExponentialHistogramValue } from '../metric.ts';

/** Finest scale: buckets grow by 2^(2^-20) (data model, "Exponential Buckets"). */
const MAX_SCALE = 20;
/** Coarsest scale: at -10 one bucket spans all of a double's range. */
const MIN_SCALE = -10;
/** 2^-1022: the least normal double; what is smaller counts as if it were this. */
const MIN_NORMAL = 2 ** -1022;
const MIN_NORMAL_EXPONENT = -1022;
const MAX_NORMAL_EXPONENT = 1023;

/** Buckets of a sign by default (metrics SDK, "Base2 Exponential Bucket Histogram Aggregation", MaxSize). */
export const DEFAULT_MAX_SIZE = 160;

const bits = new DataView(new ArrayBuffer(8));

/** Number of the bucket that a positive finite value falls into at a scale. */
export function bucketIndex(value: number, scale: number): number {
  bits.setFloat64(0, value);
  const high = bits.getUint32(0);
  const exponent = ((high & 0x7ff00000) >>> 20) - 1023;
  const isPowerOfTwo = (high & 0xfffff) === 0 && bits.getUint32(4) === 0;
  if (scale <= 0) {
    if (value < MIN_NORMAL) return (MIN_NORMAL_EXPONENT >> -scale) - (scale > -2 ? 1 : 0);
    // Upper bounds are inclusive: an exact power of two belongs to the bucket below.
    return (exponent - (isPowerOfTwo ? 1 : 0)) >> -scale;
  }
  if (value <= MIN_NORMAL) return MIN_NORMAL_EXPONENT * 2 ** scale - 1;
  if (isPowerOfTwo) return exponent * 2 ** scale - 1;
  // Data model, "All Scales: Use the Logarithm Function".
  const index = Math.floor(Math.log(value) * (Math.LOG2E * 2 ** scale));
  return Math.min(index, (MAX_NORMAL_EXPONENT + 1) * 2 ** scale - 1);
}

/** Upper bound, inclusive, of a bucket at a scale. */
export function bucketUpperBound(index: number, scale: number): number {
  return 2 ** ((index + 1) * 2 ** -scale);
}

/** The buckets of one sign: a window of at most `maxSize` consecutive ones. */
class Buckets {
  low = 0;
  /** Counts of the buckets from `low` on; the window is empty when there is none. */
  counts: number[] = [];

  get high(): number {
    return this.low + this.counts.length - 1;
  }

  add(index: number, count: number): void {
    if (this.counts.length === 0) this.low = index;
    while (index < this.low) {
      this.counts.unshift(0);
      this.low--;
    }
    while (index > this.high) this.counts.push(0);
    (this.counts[index - this.low] as number) += count;
  }

  /** Merges each 2^change neighbouring buckets into one. */
  downscale(change: number): void {
    if (this.counts.length === 0 || change === 0) return;
    const merged: number[] = [];
    const low = this.low >> change;
    for (let i = 0; i < this.counts.length; i++) {
      const place = ((this.low + i) >> change) - low;
      merged[place] = (merged[place] ?? 0) + (this.counts[i] as number);
    }
    this.low = low;
    this.counts = merged;
  }

  take({ offset, counts }: ExponentialBuckets): void {
    this.low = offset;
    this.counts = counts.slice();
  }

  snapshot(): ExponentialBuckets {
    return { offset: this.counts.length === 0 ? 0 : this.low, counts: this.counts.slice() };
  }
}

/**
 * A base-2 exponential histogram: starts at the finest scale and halves its resolution whenever its values span more
 * than `maxSize` buckets of a sign. Values that are not finite are ignored, as the SDK does.
 */
export class ExponentialHistogram {
  readonly #maxSize: number;
  #scale = MAX_SCALE;
  #count = 0;
  #sum = 0;
  #zeroCount = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  readonly #positive = new Buckets();
  readonly #negative = new Buckets();

  constructor(maxSize: number) {
    this.#maxSize = Math.max(2, maxSize);
  }

  /** A histogram that goes on from a state. */
  static of(value: ExponentialHistogramValue, maxSize: number): ExponentialHistogram {
    const histogram = new ExponentialHistogram(maxSize);
    histogram.#count = value.count;
    histogram.#sum = value.sum;
    histogram.#zeroCount = value.zeroCount;
    histogram.#min = value.min ?? Number.POSITIVE_INFINITY;
    histogram.#max = value.max ?? Number.NEGATIVE_INFINITY;
    histogram.#positive.take(value.positive);
    histogram.#negative.take(value.negative);
    // Without a value in a bucket the state does not tell the scale.
    if (value.count > value.zeroCount) histogram.#scale = value.scale;
    return histogram;
  }

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  get min(): number {
    return this.#min;
  }

  get max(): number {
    return this.#max;
  }

  /** Records a value, `times` over. */
  record(value: number, times = 1): void {
    if (!Number.isFinite(value)) return;
    this.#count += times;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    if (value === 0) {
      this.#zeroCount += times;
      return;
    }
    this.#sum += value * times;
    const buckets = value > 0 ? this.#positive : this.#negative;
    const magnitude = Math.abs(value);
    const index = bucketIndex(magnitude, this.#scale);
    if (buckets.counts.length === 0 || (index >= buckets.low && index <= buckets.high)) {
      buckets.add(index, times);
      return;
    }
    const change = this.#excess(Math.min(index, buckets.low), Math.max(index, buckets.high));
    if (change === 0) buckets.add(index, times);
    else {
      this.#downscale(change);
      buckets.add(bucketIndex(magnitude, this.#scale), times);
    }
  }

  /** Adds what another histogram recorded. */
  merge(other: ExponentialHistogram): void {
    this.#count += other.#count;
    this.#sum += other.#sum;
    this.#zeroCount += other.#zeroCount;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
    for (const [ours, theirs] of [
      [this.#positive, other.#positive],
      [this.#negative, other.#negative],
    ] as const) {
      if (theirs.counts.length === 0) continue;
      this.#downscale(Math.max(0, this.#scale - other.#scale));
      let shift = other.#scale - this.#scale;
      let low = theirs.low >> shift;
      let high = theirs.high >> shift;
      if (ours.counts.length > 0) {
        low = Math.min(low, ours.low);
        high = Math.max(high, ours.high);
      }
      this.#downscale(this.#excess(low, high));
      shift = other.#scale - this.#scale;
      for (let i = 0; i < theirs.counts.length; i++) {
        const count = theirs.counts[i] as number;
        if (count > 0) ours.add((theirs.low + i) >> shift, count);
      }
    }
  }

  value(recordMinMax: boolean): ExponentialHistogramValue {
    const hasMinMax = recordMinMax && this.#count > 0;
    return {
      count: this.#count,
      sum: this.#sum,
      min: hasMinMax ? this.#min : undefined,
      max: hasMinMax ? this.#max : undefined,
      zeroCount: this.#zeroCount,
      // Without a value in a bucket every scale says the same; zero is the SDK's choice.
      scale: this.#count === this.#zeroCount ? 0 : this.#scale,
      positive: this.#positive.snapshot(),
      negative: this.#negative.snapshot(),
    };
  }

  /** By how much the scale must fall for the buckets from `low` to `high` to fit. */
  #excess(low: number, high: number): number {
    let change = 0;
    while ((high >> change) - (low >> change) >= this.#maxSize) change++;
    return change;
  }

  #downscale(change: number): void {
    if (change === 0) return;
    this.#positive.downscale(change);
    this.#negative.downscale(change);
    this.#scale = Math.max(MIN_SCALE, this.#scale - change);
  }
}
