import type { Attributes } from '@opentelemetry/api';
import { CountMetric, LiveMetric } from './collected-metric.ts';
import type { Meter } from './meter.ts';
import type {
  CollectedMetric,
  ExponentialHistogramValue,
  HistogramValue,
  InstrumentationScope,
  MetricKind,
  MetricPoint,
} from './metric.ts';
import { bucketUpperBound } from './stream/exponential-histogram.ts';
import { DEFAULT_ORIGIN, type Stream } from './stream/stream.ts';

/** Quantiles of a histogram series, estimated from its buckets. */
export interface Quantiles {
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
}

/** One series as it stands: totals since its start. */
export interface SeriesSnapshot {
  readonly scope: InstrumentationScope;
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly kind: MetricKind;
  readonly attributes: Attributes;
  /** Sums and gauges: the value. Histograms: the mean of the values recorded. */
  readonly value: number;
  /** Histograms only, as are the fields below. */
  readonly count: number | undefined;
  readonly sum: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly quantiles: Quantiles | undefined;
}

/** Every series of these meters. */
export function snapshotOf(meters: Iterable<Meter>): SeriesSnapshot[] {
  const series: SeriesSnapshot[] = [];
  for (const meter of meters) {
    const since = observe(meter);
    for (const stream of meter.streams()) {
      // What readers with an aggregation of their own get is the same measurements once more.
      if (stream.origin !== 'view' && stream.origin !== DEFAULT_ORIGIN) continue;
      stream.fold();
      const metric = new LiveMetric(stream, since.get(stream) ?? 1);
      if (!stream.hidden) series.push(...seriesOf(meter.scope, metric));
      if (stream.countAs !== undefined)
        series.push(...seriesOf(meter.scope, new CountMetric(metric, stream.countAs)));
    }
  }
  return series;
}

/**
 * Asks the callbacks of a meter. Returns from which epoch on a series of an observed stream counts: what is not observed
 * any more is not there, as in a collection. While callbacks are asynchronous, what they observed last stands.
 */
function observe(meter: Meter): ReadonlyMap<Stream, number> {
  const since = new Map<Stream, number>();
  for (const stream of meter.streams()) if (stream.isObserved) since.set(stream, ++stream.epoch);
  return meter.observables.observeNow() ? since : new Map();
}

function seriesOf(scope: InstrumentationScope, metric: CollectedMetric): SeriesSnapshot[] {
  const { name, description, unit } = metric.descriptor;
  return metric.points().map((point) => ({
    scope,
    name,
    description,
    unit,
    kind: metric.kind,
    attributes: point.attributes,
    ...figures(point.value),
  }));
}

type Figures = Pick<SeriesSnapshot, 'value' | 'count' | 'sum' | 'min' | 'max' | 'quantiles'>;

function figures(value: MetricPoint['value']): Figures {
  if (typeof value === 'number') {
    return { value, count: undefined, sum: undefined, min: undefined, max: undefined, quantiles: undefined };
  }
  const { count, sum, min, max } = value;
  const quantile = (q: number): number =>
    'counts' in value ? histogramQuantile(value, q) : exponentialQuantile(value, q);
  return {
    value: count === 0 ? 0 : sum / count,
    count,
    sum,
    min,
    max,
    quantiles:
      count === 0
        ? undefined
        : {
            p50: quantile(0.5),
            p75: quantile(0.75),
            p90: quantile(0.9),
            p95: quantile(0.95),
            p99: quantile(0.99),
          },
  };
}

/** One bucket: its bounds and its count. */
interface Bucket {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/**
 * Quantile `q` (0 to 1) of a histogram, by linear interpolation inside the bucket that holds it, as PromQL's
 * `histogram_quantile` does; the least and the greatest value bound the first, the last and every other bucket.
 */
export function histogramQuantile(value: HistogramValue, q: number): number {
  const { boundaries, counts } = value;
  const buckets = counts.map((count, i) => ({
    low: boundaries[i - 1] ?? value.min ?? Math.min(0, boundaries[0] ?? 0),
    high: boundaries[i] ?? value.max ?? boundaries.at(-1) ?? 0,
    count,
  }));
  return quantileOf(buckets, value, q);
}

/** Quantile `q` (0 to 1) of an exponential histogram, by linear interpolation inside the bucket that holds it. */
export function exponentialQuantile(value: ExponentialHistogramValue, q: number): number {
  const { scale, positive, negative, zeroCount } = value;
  const bounds = (index: number): [number, number] => [
    bucketUpperBound(index - 1, scale),
    bucketUpperBound(index, scale),
  ];
  const below = negative.counts.map((count, i) => {
    const [low, high] = bounds(negative.offset + i);
    return { low: -high, high: -low, count };
  });
  const above = positive.counts.map((count, i) => {
    const [low, high] = bounds(positive.offset + i);
    return { low, high, count };
  });
  return quantileOf([...below.reverse(), { low: 0, high: 0, count: zeroCount }, ...above], value, q);
}

function quantileOf(
  buckets: readonly Bucket[],
  { count, min, max }: { count: number; min: number | undefined; max: number | undefined },
  q: number,
): number {
  const rank = q * count;
  let below = 0;
  for (const bucket of buckets) {
    if (bucket.count > 0 && below + bucket.count >= rank) {
      // The bounds of an exponential bucket are rounded, and subnormal numbers lie below theirs.
      const low = Math.min(Math.max(bucket.low, min ?? bucket.low), max ?? bucket.high);
      const high = Math.max(Math.min(bucket.high, max ?? bucket.high), low);
      // All of the way from one bound to the other may, being rounded, lead beyond it.
      return Math.min(high, low + (high - low) * ((rank - below) / bucket.count));
    }
    below += bucket.count;
  }
  return max ?? Number.NaN;
}
