import type { Attributes } from '@opentelemetry/api';
import { mergedPoint } from './merged-point.ts';
import type {
  CollectedMetric,
  Exemplar,
  ExponentialHistogramValue,
  HistogramValue,
  MetricDescriptor,
  MetricKind,
  MetricPoint,
  Temporality,
} from './metric.ts';
import { IntervalPoint, pointOf, stateOf } from './point.ts';
import type { Stream } from './stream/stream.ts';

/** The totals of a stream, read in place when asked for. */
export class LiveMetric implements CollectedMetric {
  readonly descriptor: MetricDescriptor;
  readonly kind: MetricKind;
  readonly temporality: Temporality = 'cumulative';
  readonly monotonic: boolean;
  readonly identity: object;
  readonly size: number;
  readonly #stream: Stream;
  readonly #sinceEpoch: number;

  /** `sinceEpoch`: series recorded earlier have no point now; 0 shows all. */
  constructor(stream: Stream, sinceEpoch: number) {
    this.#stream = stream;
    this.#sinceEpoch = sinceEpoch;
    this.descriptor = stream.descriptor;
    this.kind = stream.kind;
    this.monotonic = stream.monotonic;
    this.identity = stream;
    this.size = stream.index.size;
  }

  get boundaries(): readonly number[] {
    return this.#stream.boundaries;
  }

  has(series: number): boolean {
    return (this.#stream.touched[series] as number) >= this.#sinceEpoch;
  }

  attributes(series: number): Attributes {
    return this.#stream.index.attributes(series);
  }

  startMillis(series: number): number {
    return this.#stream.starts[series] as number;
  }

  recency(series: number): number {
    return this.#stream.touched[series] as number;
  }

  value(series: number): number {
    return this.#stream.value(series, undefined);
  }

  count(series: number): number {
    return this.#stream.count(series, undefined);
  }

  min(series: number): number | undefined {
    return this.#stream.min(series, undefined);
  }

  max(series: number): number | undefined {
    return this.#stream.max(series, undefined);
  }

  bucket(series: number, bucket: number): number {
    return this.#stream.bucket(series, bucket, undefined);
  }

  histogram(series: number): HistogramValue {
    return stateOf(this.#stream, series, undefined) as HistogramValue;
  }

  exponential(series: number): ExponentialHistogramValue {
    return this.#stream.exponential(series, undefined);
  }

  exemplar(series: number, bucket: number): Exemplar | undefined {
    return this.#stream.exemplars?.get(series, bucket);
  }

  points(): MetricPoint[] {
    const points: MetricPoint[] = [];
    for (let series = 0; series < this.size; series++) {
      if (this.has(series)) points.push(pointOf(this.#stream, series, undefined, this.startMillis(series)));
    }
    return points;
  }
}

/** What a stream recorded in one interval of one reader, taken when it was collected. */
export class IntervalMetric implements CollectedMetric {
  readonly descriptor: MetricDescriptor;
  readonly kind: MetricKind;
  readonly temporality: Temporality = 'delta';
  readonly monotonic: boolean;
  readonly identity: object;
  readonly boundaries: readonly number[];
  readonly size: number;
  /** By series; an array, because most series of most metrics are recorded in most intervals. */
  readonly #points: (MetricPoint | undefined)[];

  /** `earlier`: intervals of the same stream and reader that were not delivered, and become a part of this one. */
  constructor(
    stream: Stream,
    reader: object,
    isRecorded: (series: number) => boolean,
    lastMillis: number,
    earlier: readonly IntervalMetric[],
  ) {
    this.descriptor = stream.descriptor;
    this.kind = stream.kind;
    this.monotonic = stream.monotonic;
    this.identity = stream;
    this.boundaries = stream.boundaries;
    this.size = stream.index.size;
    this.#points = new Array(this.size);
    for (const interval of earlier) {
      interval.#points.forEach((point, series) => {
        if (point !== undefined) this.#add(stream, series, point);
      });
    }
    for (let series = 0; series < this.size; series++) {
      if (!isRecorded(series)) continue;
      // An interval begins at the last collection, or at the first measurement if that came later.
      const startMillis = Math.max(lastMillis, stream.starts[series] as number);
      const point = new IntervalPoint(stream, series, startMillis, stateOf(stream, series, reader));
      if (earlier.length === 0) this.#points[series] = point;
      else this.#add(stream, series, point);
    }
  }

  has(series: number): boolean {
    return this.#points[series] !== undefined;
  }

  attributes(series: number): Attributes {
    return this.#point(series).attributes;
  }

  startMillis(series: number): number {
    return this.#point(series).startMillis;
  }

  value(series: number): number {
    const { value } = this.#point(series);
    return typeof value === 'number' ? value : value.sum;
  }

  count(series: number): number {
    const { value } = this.#point(series);
    return typeof value === 'number' ? 0 : value.count;
  }

  min(series: number): number | undefined {
    const { value } = this.#point(series);
    return typeof value === 'number' ? undefined : value.min;
  }

  max(series: number): number | undefined {
    const { value } = this.#point(series);
    return typeof value === 'number' ? undefined : value.max;
  }

  bucket(series: number, bucket: number): number {
    const { value } = this.#point(series);
    return typeof value === 'object' && 'counts' in value ? (value.counts[bucket] ?? 0) : 0;
  }

  histogram(series: number): HistogramValue {
    const { value } = this.#point(series);
    if (typeof value === 'object' && 'counts' in value) return value;
    throw new TypeError(`${this.descriptor.name} is not a histogram`);
  }

  exponential(series: number): ExponentialHistogramValue {
    const { value } = this.#point(series);
    if (typeof value === 'object' && 'scale' in value) return value;
    throw new TypeError(`${this.descriptor.name} is not an exponential histogram`);
  }

  exemplar(): undefined {
    return undefined;
  }

  points(): MetricPoint[] {
    const recorded = this.#points.filter((point) => point !== undefined);
    return recorded.map(({ attributes, startMillis, value }) => ({ attributes, startMillis, value }));
  }

  #add(stream: Stream, series: number, point: MetricPoint): void {
    const before = this.#points[series];
    this.#points[series] = before === undefined ? point : mergedPoint(stream, before, point);
  }

  #point(series: number): MetricPoint {
    const point = this.#points[series];
    if (point === undefined)
      throw new RangeError(`${this.descriptor.name} has no point for series ${series}`);
    return point;
  }
}

/** A counter derived from a histogram: how many values it recorded. */
export class CountMetric implements CollectedMetric {
  readonly descriptor: MetricDescriptor;
  readonly kind: MetricKind = 'sum';
  readonly monotonic = true;
  readonly identity: object;
  readonly boundaries: readonly number[] = [];
  readonly #histogram: CollectedMetric;

  /** `identity` must differ from the histogram's: both cache text by series. */
  constructor(histogram: CollectedMetric, descriptor: MetricDescriptor) {
    this.#histogram = histogram;
    this.descriptor = descriptor;
    this.identity = descriptor;
  }

  get temporality(): Temporality {
    return this.#histogram.temporality;
  }

  get size(): number {
    return this.#histogram.size;
  }

  has(series: number): boolean {
    return this.#histogram.has(series);
  }

  attributes(series: number): Attributes {
    return this.#histogram.attributes(series);
  }

  startMillis(series: number): number {
    return this.#histogram.startMillis(series);
  }

  value(series: number): number {
    return this.#histogram.count(series);
  }

  count(): number {
    return 0;
  }

  min(): undefined {
    return undefined;
  }

  max(): undefined {
    return undefined;
  }

  bucket(): number {
    return 0;
  }

  histogram(): HistogramValue {
    throw new TypeError(`${this.descriptor.name} is not a histogram`);
  }

  exponential(): ExponentialHistogramValue {
    throw new TypeError(`${this.descriptor.name} is not an exponential histogram`);
  }

  exemplar(): undefined {
    return undefined;
  }

  points(): MetricPoint[] {
    const points: MetricPoint[] = [];
    for (let series = 0; series < this.size; series++) {
      if (!this.has(series)) continue;
      points.push({
        attributes: this.attributes(series),
        startMillis: this.startMillis(series),
        value: this.value(series),
      });
    }
    return points;
  }
}
