import {
  type CollectedMetric,
  type ExponentialHistogramValue,
  foldedSeries,
  type HistogramValue,
  mergedExponential,
} from '@org/instrument-core';

/** What is written of a metric, series by series. */
export type WrittenMetric = Pick<
  CollectedMetric,
  'attributes' | 'exponential' | 'has' | 'histogram' | 'kind' | 'monotonic' | 'recency' | 'size' | 'value'
>;

/**
 * A metric in which some series stand for others too, whose text is the same. What is counted is added up; of gauges that
 * counts which was recorded last, as far as that is known, and otherwise the series that began last.
 *
 * @param others by series, those that it stands for
 */
export function foldedMetric(
  metric: WrittenMetric,
  others: ReadonlyMap<number, readonly number[]>,
): WrittenMetric {
  const { kind, monotonic, size } = metric;
  const hidden = new Set([...others.values()].flat());
  const { allOf, latestOf, value } = foldedSeries(metric, others);
  return {
    kind,
    monotonic,
    size,
    has(series) {
      if (hidden.has(series)) return false;
      return others.has(series) ? allOf(series).length > 0 : metric.has(series);
    },
    attributes: (series) => metric.attributes(latestOf(series)),
    value,
    histogram: (series) =>
      allOf(series)
        .map((each) => metric.histogram(each))
        .reduce(mergedHistogram),
    exponential: (series) =>
      allOf(series)
        .map((each) => metric.exponential(each))
        .reduce(mergedScales),
  };
}

/** The boundaries are those of the metric, hence the same. */
function mergedHistogram(one: HistogramValue, other: HistogramValue): HistogramValue {
  if (one.count === 0 || other.count === 0) return one.count === 0 ? other : one;
  return {
    count: one.count + other.count,
    sum: one.sum + other.sum,
    ...extremes(one, other),
    boundaries: one.boundaries,
    counts: one.counts.map((count, bucket) => count + (other.counts[bucket] ?? 0)),
  };
}

function mergedScales(
  one: ExponentialHistogramValue,
  other: ExponentialHistogramValue,
): ExponentialHistogramValue {
  if (one.count === 0 || other.count === 0) return one.count === 0 ? other : one;
  return { ...mergedExponential(one, other), ...extremes(one, other) };
}

type Extremes = Pick<HistogramValue, 'max' | 'min'>;

/** Of both; not known where that of one is not. */
function extremes(one: Extremes, other: Extremes): Extremes {
  const hasMin = one.min !== undefined && other.min !== undefined;
  const hasMax = one.max !== undefined && other.max !== undefined;
  return {
    min: hasMin ? Math.min(one.min, other.min) : undefined,
    max: hasMax ? Math.max(one.max, other.max) : undefined,
  };
}
