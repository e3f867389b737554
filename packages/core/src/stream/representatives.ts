import type { CollectedMetric, ExponentialHistogramValue } from '../metric.ts';
import { bucketUpperBound } from './exponential-histogram.ts';

/** What stands for the values that a series recorded, which are not known one by one. */
export interface Representatives {
  /** Values and how many each stands for. */
  readonly groups: readonly (readonly [value: number, count: number])[];
  /** Sum of the values recorded, not of those that stand for them; so are least and greatest, where they are known. */
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Values that stand for what a series recorded: one from each bucket of a histogram, within the least and the greatest
 * value, and the value itself of a sum or a gauge.
 */
export function representatives(metric: CollectedMetric, series: number): Representatives {
  const groups = groupsOf(metric, series).filter(([value, count]) => count > 0 && !Number.isNaN(value));
  const values = groups.map(([value]) => value);
  return {
    groups,
    sum: metric.value(series),
    min: metric.min(series) ?? Math.min(...values),
    max: metric.max(series) ?? Math.max(...values),
  };
}

function groupsOf(metric: CollectedMetric, series: number): [value: number, count: number][] {
  switch (metric.kind) {
    case 'histogram':
      return ofBuckets(metric, series);
    case 'exponential_histogram':
      return ofExponential(metric.exponential(series));
    default:
      return [[metric.value(series), 1]];
  }
}

/** The upper bounds, which belong to their buckets. */
function ofBuckets(metric: CollectedMetric, series: number): [value: number, count: number][] {
  const { boundaries } = metric;
  const last = boundaries.at(-1) ?? 0;
  const greatest = metric.max(series) ?? last;
  const max = Number.isFinite(greatest) ? greatest : last;
  return Array.from({ length: boundaries.length + 1 }, (_, bucket) => [
    Math.min(boundaries[bucket] ?? max, max),
    metric.bucket(series, bucket),
  ]);
}

/**
 * The lower end of each bucket. As a lower bound does not belong to its bucket, it is the next value above; then a value that is
 * the bound of an explicit bucket, as 5 often is, stays below that bound.
 */
function ofExponential(value: ExponentialHistogramValue): [value: number, count: number][] {
  const { scale, positive, negative, zeroCount } = value;
  const least = value.min ?? Number.NEGATIVE_INFINITY;
  const greatest = value.max ?? Number.POSITIVE_INFINITY;
  const within = (representative: number): number => Math.min(Math.max(representative, least), greatest);
  return [
    ...negative.counts.map((count, i): [number, number] => [
      within(-Math.min(bucketUpperBound(negative.offset + i, scale), Number.MAX_VALUE)),
      count,
    ]),
    [0, zeroCount],
    ...positive.counts.map((count, i): [number, number] => [
      within(bucketUpperBound(positive.offset + i - 1, scale) * (1 + Number.EPSILON)),
      count,
    ]),
  ];
}
