import type { Context } from '@opentelemetry/api';
import type { CollectedMetric, ExponentialHistogramValue, MetricKind } from '../metric.ts';
import { ExponentialHistogram } from './exponential-histogram.ts';
import { EXPONENTIAL_EXEMPLARS, magnitudeOf } from './magnitude.ts';
import { representatives } from './representatives.ts';
import { Stream, type StreamOptions } from './stream.ts';

/** Options of a base-2 exponential histogram. */
export interface ExponentialStreamOptions extends StreamOptions {
  /** Buckets of each sign. Default of the specification: 160. */
  readonly maxSize: number;
  /** Whether the least and the greatest value are shown. */
  readonly recordMinMax: boolean;
}

/** Base-2 exponential histograms. */
export class ExponentialStream extends Stream {
  readonly kind: MetricKind = 'exponential_histogram';
  readonly #maxSize: number;
  readonly #recordMinMax: boolean;
  #cells: ExponentialHistogram[] = [];
  /** Since the start; the cells themselves while no reader wants deltas. */
  #total: ExponentialHistogram[] = this.#cells;
  readonly #pending = new Map<object, ExponentialHistogram[]>();
  #folded = 0;

  constructor(options: ExponentialStreamOptions) {
    super(options);
    this.#maxSize = options.maxSize;
    this.#recordMinMax = options.recordMinMax;
  }

  override get maxBuckets(): number {
    return this.#maxSize;
  }

  override get exemplarBuckets(): number {
    return EXPONENTIAL_EXEMPLARS;
  }

  protected accumulate(series: number, value: number): number {
    this.touched[series] = this.epoch;
    at(this.#cells, series, this.#maxSize).record(value);
    return Number.isFinite(value) ? magnitudeOf(value) : -1;
  }

  record(series: number, value: number, context: Context | undefined): void {
    const where = this.accumulate(series, value);
    if (this.tap !== undefined) this.tap.offer(series, where, value, context);
  }

  protected take(series: number, from: CollectedMetric, theirs: number, reader: object | undefined): void {
    const histograms = reader === undefined ? this.#cells : this.#pending.get(reader);
    if (histograms !== undefined)
      at(histograms, series, this.#maxSize).merge(taken(from, theirs, this.#maxSize));
  }

  addDeltaReader(reader: object): void {
    if (this.#pending.size === 0) {
      this.#total = this.#cells;
      this.#cells = [];
    }
    // What was recorded before the reader came is its first interval.
    this.#pending.set(
      reader,
      this.#total.map((histogram) => this.#copy(histogram)),
    );
  }

  removeDeltaReader(reader: object): void {
    this.fold();
    this.#pending.delete(reader);
    if (this.#pending.size === 0) this.#cells = this.#total;
  }

  fold(): void {
    if (this.#pending.size === 0) return;
    for (let series = 0; series < this.index.size; series++) {
      const recorded = this.#cells[series];
      if (recorded === undefined || (this.touched[series] as number) < this.#folded) continue;
      at(this.#total, series, this.#maxSize).merge(recorded);
      for (const pending of this.#pending.values()) at(pending, series, this.#maxSize).merge(recorded);
      this.#cells[series] = new ExponentialHistogram(this.#maxSize);
    }
    this.#folded = this.epoch;
  }

  deliver(reader: object): void {
    if (this.#pending.has(reader)) this.#pending.set(reader, []);
  }

  value(series: number, reader: object | undefined): number {
    return this.#of(series, reader).sum;
  }

  override count(series: number, reader: object | undefined): number {
    return this.#of(series, reader).count;
  }

  override min(series: number, reader: object | undefined): number | undefined {
    return this.exponential(series, reader).min;
  }

  override max(series: number, reader: object | undefined): number | undefined {
    return this.exponential(series, reader).max;
  }

  override exponential(series: number, reader: object | undefined): ExponentialHistogramValue {
    return this.#of(series, reader).value(this.#recordMinMax);
  }

  #of(series: number, reader: object | undefined): ExponentialHistogram {
    const pending = reader === undefined ? undefined : this.#pending.get(reader);
    return at(pending ?? this.#total, series, this.#maxSize);
  }

  #copy(histogram: ExponentialHistogram): ExponentialHistogram {
    const copy = new ExponentialHistogram(this.#maxSize);
    copy.merge(histogram);
    return copy;
  }
}

/** What a series of another stream holds: its own buckets where they are exponential. */
function taken(from: CollectedMetric, series: number, maxSize: number): ExponentialHistogram {
  const { groups, sum, min, max } = representatives(from, series);
  if (from.kind === 'exponential_histogram') {
    return ExponentialHistogram.of({ ...from.exponential(series), min, max }, maxSize);
  }
  const histogram = new ExponentialHistogram(maxSize);
  for (const [value, count] of groups) histogram.record(value, count);
  const value = histogram.value(true);
  // What is not finite was left out of the buckets.
  return Number.isFinite(sum) ? ExponentialHistogram.of({ ...value, sum, min, max }, maxSize) : histogram;
}

function at(histograms: ExponentialHistogram[], series: number, maxSize: number): ExponentialHistogram {
  let histogram = histograms[series];
  if (histogram === undefined) {
    histogram = new ExponentialHistogram(maxSize);
    // Series are numbered in order of sighting, but not every one is recorded in every interval.
    while (histograms.length < series) histograms.push(new ExponentialHistogram(maxSize));
    histograms[series] = histogram;
  }
  return histogram;
}
