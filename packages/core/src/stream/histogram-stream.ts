import type { Context } from '@opentelemetry/api';
import type { CollectedMetric, MetricKind } from '../metric.ts';
import { BucketFinder } from './bucket-finder.ts';
import { representatives } from './representatives.ts';
import { FIRST_CAPACITY, grownFloat64, Stream, type StreamOptions } from './stream.ts';

/** Options of an explicit-bucket histogram. */
export interface HistogramStreamOptions extends StreamOptions {
  /** Upper bounds, inclusive. Sorted here, each once; infinities are dropped, the last bucket has no bound anyway. */
  readonly boundaries: readonly number[];
  /** Whether the least and the greatest value are kept. */
  readonly recordMinMax: boolean;
}

/** The specification's default bounds ("Explicit Bucket Histogram Aggregation"). */
export const DEFAULT_BOUNDARIES: readonly number[] = [
  0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000,
];

// Cells of a series: sum, least, greatest, then a count per bucket. The count of all is the sum of the buckets.
const SUM = 0;
const MIN = 1;
const MAX = 2;
const BUCKETS = 3;

/** Histograms with explicit buckets. */
export class HistogramStream extends Stream {
  readonly kind: MetricKind = 'histogram';
  readonly #boundaries: readonly number[];
  readonly #finder: BucketFinder;
  readonly #stride: number;
  readonly #recordMinMax: boolean;
  #cells: Float64Array;
  /** Since the start; the cells themselves while no reader wants deltas. */
  #total: Float64Array;
  readonly #pending = new Map<object, Float64Array>();
  #folded = 0;

  constructor(options: HistogramStreamOptions) {
    super(options);
    this.#boundaries = sortedFinite(options.boundaries);
    this.#finder = new BucketFinder(this.#boundaries);
    this.#stride = BUCKETS + this.#boundaries.length + 1;
    this.#recordMinMax = options.recordMinMax;
    this.#cells = this.#emptied(new Float64Array(FIRST_CAPACITY * this.#stride), 0);
    this.#total = this.#cells;
  }

  override get exemplarBuckets(): number {
    return this.#boundaries.length + 1;
  }

  override get boundaries(): readonly number[] {
    return this.#boundaries;
  }

  protected accumulate(series: number, value: number): number {
    // A series exists from its first measurement on, even one that is not a number.
    this.touched[series] = this.epoch;
    if (Number.isNaN(value)) return -1;
    const bucket = this.#finder.find(value);
    const cells = this.#cells;
    const base = series * this.#stride;
    (cells[base + SUM] as number) += value;
    if (value < (cells[base + MIN] as number)) cells[base + MIN] = value;
    if (value > (cells[base + MAX] as number)) cells[base + MAX] = value;
    (cells[base + BUCKETS + bucket] as number) += 1;
    return bucket;
  }

  record(series: number, value: number, context: Context | undefined): void {
    const where = this.accumulate(series, value);
    if (this.tap !== undefined) this.tap.offer(series, where, value, context);
  }

  protected take(series: number, from: CollectedMetric, theirs: number, reader: object | undefined): void {
    const cells = reader === undefined ? this.#cells : this.#pending.get(reader);
    if (cells === undefined) return;
    const base = series * this.#stride;
    const { groups, sum, min, max } = representatives(from, theirs);
    if (String(from.boundaries) === String(this.#boundaries) && from.kind === this.kind) {
      for (let i = 0; i <= this.#boundaries.length; i++) {
        (cells[base + BUCKETS + i] as number) += from.bucket(theirs, i);
      }
    } else {
      for (const [value, count] of groups)
        (cells[base + BUCKETS + this.#finder.find(value)] as number) += count;
    }
    if (groups.length === 0) return;
    (cells[base + SUM] as number) += sum;
    cells[base + MIN] = Math.min(cells[base + MIN] as number, min);
    cells[base + MAX] = Math.max(cells[base + MAX] as number, max);
  }

  addDeltaReader(reader: object): void {
    if (this.#pending.size === 0) {
      this.#total = this.#cells.slice();
      this.#emptied(this.#cells, 0);
    }
    // What was recorded before the reader came is its first interval.
    this.#pending.set(reader, this.#total.slice());
  }

  removeDeltaReader(reader: object): void {
    this.fold();
    this.#pending.delete(reader);
    if (this.#pending.size === 0) this.#cells = this.#total;
  }

  fold(): void {
    if (this.#pending.size === 0) return;
    const stride = this.#stride;
    for (let series = 0; series < this.index.size; series++) {
      if ((this.touched[series] as number) < this.#folded) continue;
      const base = series * stride;
      this.#merge(this.#total, base);
      for (const pending of this.#pending.values()) this.#merge(pending, base);
      this.#emptied(this.#cells, base, base + stride);
    }
    this.#folded = this.epoch;
  }

  deliver(reader: object): void {
    const pending = this.#pending.get(reader);
    if (pending !== undefined) this.#emptied(pending, 0);
  }

  value(series: number, reader: object | undefined): number {
    return this.#of(reader)[series * this.#stride + SUM] as number;
  }

  override count(series: number, reader: object | undefined): number {
    const cells = this.#of(reader);
    const end = (series + 1) * this.#stride;
    let count = 0;
    for (let i = series * this.#stride + BUCKETS; i < end; i++) count += cells[i] as number;
    return count;
  }

  override min(series: number, reader: object | undefined): number | undefined {
    return this.#extreme(series, MIN, reader);
  }

  override max(series: number, reader: object | undefined): number | undefined {
    return this.#extreme(series, MAX, reader);
  }

  override bucket(series: number, bucket: number, reader: object | undefined): number {
    return this.#of(reader)[series * this.#stride + BUCKETS + bucket] as number;
  }

  #extreme(series: number, cell: number, reader: object | undefined): number | undefined {
    if (!this.#recordMinMax || this.count(series, reader) === 0) return undefined;
    return this.#of(reader)[series * this.#stride + cell] as number;
  }

  #of(reader: object | undefined): Float64Array {
    return (reader === undefined ? undefined : this.#pending.get(reader)) ?? this.#total;
  }

  /** Adds one series of the cells to the same series of `target`. */
  #merge(target: Float64Array, base: number): void {
    const cells = this.#cells;
    (target[base + SUM] as number) += cells[base + SUM] as number;
    target[base + MIN] = Math.min(target[base + MIN] as number, cells[base + MIN] as number);
    target[base + MAX] = Math.max(target[base + MAX] as number, cells[base + MAX] as number);
    for (let i = base + BUCKETS; i < base + this.#stride; i++) (target[i] as number) += cells[i] as number;
  }

  #emptied(cells: Float64Array, from: number, to: number = cells.length): Float64Array {
    cells.fill(0, from, to);
    for (let base = from; base < to; base += this.#stride) {
      cells[base + MIN] = Number.POSITIVE_INFINITY;
      cells[base + MAX] = Number.NEGATIVE_INFINITY;
    }
    return cells;
  }

  protected override grow(capacity: number): void {
    super.grow(capacity);
    const length = capacity * this.#stride;
    const enlarge = (cells: Float64Array): Float64Array =>
      this.#emptied(grownFloat64(cells, length), cells.length);
    const isOne = this.#total === this.#cells;
    this.#cells = enlarge(this.#cells);
    this.#total = isOne ? this.#cells : enlarge(this.#total);
    for (const [reader, pending] of this.#pending) this.#pending.set(reader, enlarge(pending));
  }
}

function sortedFinite(boundaries: readonly number[]): readonly number[] {
  return [...new Set(boundaries.filter(Number.isFinite))].sort((a, b) => a - b);
}
