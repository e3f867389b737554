import type { Attributes } from '@opentelemetry/api';

/** Kind of an instrument; the words are those of the OpenTelemetry SDK's `InstrumentType`. */
export type InstrumentType =
  | 'COUNTER'
  | 'UP_DOWN_COUNTER'
  | 'HISTOGRAM'
  | 'GAUGE'
  | 'OBSERVABLE_COUNTER'
  | 'OBSERVABLE_UP_DOWN_COUNTER'
  | 'OBSERVABLE_GAUGE';

/** Whether a point tells the total since its start time or the change since the last collection. */
export type Temporality = 'cumulative' | 'delta';

/** What a metric stream keeps of its measurements. */
export type MetricKind = 'sum' | 'gauge' | 'histogram' | 'exponential_histogram';

/** The scope that an instrument belongs to: the name, version and schema URL that `getMeter` was given. */
export interface InstrumentationScope {
  readonly name: string;
  readonly version: string;
  readonly schemaUrl: string | undefined;
}

/** Identity of a metric stream, views applied. */
export interface MetricDescriptor {
  readonly name: string;
  readonly description: string;
  /** UCUM unit, or the empty string. */
  readonly unit: string;
  readonly type: InstrumentType;
  /** `true` when the instrument was declared with `ValueType.INT`. */
  readonly integer: boolean;
}

/** A measurement kept as an example of its bucket, with the sampled span it was taken in. */
export interface Exemplar {
  readonly value: number;
  /** Unix time in milliseconds. */
  readonly timestampMillis: number;
  readonly traceId: string;
  readonly spanId: string;
}

/** State of an explicit-bucket histogram series. */
export interface HistogramValue {
  readonly count: number;
  readonly sum: number;
  /** `undefined` when nothing was recorded, or when the view switched min and max off. */
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** Upper bounds, inclusive, ascending; the last bucket (to +Inf) has no entry here. */
  readonly boundaries: readonly number[];
  /** Counts per bucket, not cumulated; one more than `boundaries`. */
  readonly counts: number[];
}

/** Buckets of one sign of an exponential histogram: bucket `offset + i` holds `counts[i]`. */
export interface ExponentialBuckets {
  readonly offset: number;
  readonly counts: number[];
}

/** State of a base-2 exponential histogram series (OpenTelemetry metrics data model, "ExponentialHistogram"). */
export interface ExponentialHistogramValue {
  readonly count: number;
  readonly sum: number;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly zeroCount: number;
  /** Bucket `i` spans (base^i, base^(i+1)] with base = 2^(2^-scale). */
  readonly scale: number;
  readonly positive: ExponentialBuckets;
  readonly negative: ExponentialBuckets;
}

/** One point of a collection. `value` is a number for `sum` and `gauge`. */
export interface MetricPoint {
  readonly attributes: Attributes;
  /** Unix time in milliseconds. */
  readonly startMillis: number;
  readonly value: number | HistogramValue | ExponentialHistogramValue;
}

/**
 * One metric as a reader gets it. Its points can be taken as objects (`points()`), or read in place, series by
 * series, without allocating: `size` series, numbered from 0; a number keeps its meaning, and its attributes, for the
 * life of `identity`, so that text made of the attributes can be cached by it.
 *
 * For delta temporality the points were taken when the collection was made; for cumulative temporality they are
 * read when asked for.
 */
export interface CollectedMetric {
  readonly descriptor: MetricDescriptor;
  readonly kind: MetricKind;
  readonly temporality: Temporality;
  /** For `sum`: whether it only ever rises. */
  readonly monotonic: boolean;
  /** Stable object to key caches with: the same for the same metric stream at every collection. */
  readonly identity: object;
  /** How many series numbers exist; some may have no point now (`has` says which do). */
  readonly size: number;
  has(series: number): boolean;
  attributes(series: number): Attributes;
  startMillis(series: number): number;
  /** Where it is known: the greater, the later a series was recorded last; the same within one interval of any reader. */
  recency?(series: number): number;
  /** `sum` and `gauge`: the value. Histograms: the sum of the values recorded. */
  value(series: number): number;
  /** Histograms: how many values were recorded. 0 for the other kinds. */
  count(series: number): number;
  /** Histograms: the least value; `undefined` as in {@link HistogramValue}, and for the other kinds. */
  min(series: number): number | undefined;
  /** Histograms: the greatest value, as {@link min}. */
  max(series: number): number | undefined;
  /** Explicit-bucket histograms: the upper bounds. */
  readonly boundaries: readonly number[];
  /** Explicit-bucket histograms: the count of bucket `bucket`, from 0 to `boundaries.length`, not cumulated. */
  bucket(series: number, bucket: number): number;
  /** Explicit-bucket histograms: the state of a series. */
  histogram(series: number): HistogramValue;
  /** Exponential histograms: the state of a series. */
  exponential(series: number): ExponentialHistogramValue;
  /**
   * The latest exemplar of a bucket (0 for a sum), when a sampled span was active. An exponential histogram has up to
   * {@link EXPONENTIAL_EXEMPLARS}, counted from 0, of values of different powers of two.
   */
  exemplar(series: number, bucket: number): Exemplar | undefined;
  /** All points as objects of plain values. */
  points(): MetricPoint[];
}

/** What one scope has to show. */
export interface CollectedScope {
  readonly scope: InstrumentationScope;
  readonly metrics: readonly CollectedMetric[];
}

/** Result of one collection by one reader. */
export interface Collection {
  /** Unix time in milliseconds at which the callbacks had ended, and what is recorded was taken. */
  readonly timeMillis: number;
  readonly scopes: readonly CollectedScope[];
  /** What callbacks of observable instruments threw, and time-outs; their observations are left out. */
  readonly errors: readonly unknown[];
}
