import { type CollectedMetric, foldedSeries, mergedExponential } from '@org/instrument-core';

/** What is shown of a metric. */
export type ShownMetric = Omit<
  CollectedMetric,
  'histogram' | 'identity' | 'max' | 'min' | 'points' | 'startMillis' | 'temporality'
>;

/**
 * A metric in which some series stand for others too, whose labels are the same. What is counted is added up; of gauges that
 * counts which was recorded last, as far as that is known, and otherwise the series that began last.
 * @param twins by series, those that it stands for
 */
export function foldedMetric(
  metric: ShownMetric,
  twins: ReadonlyMap<number, readonly number[]>,
): ShownMetric {
  const { descriptor, kind, monotonic, boundaries } = metric;
  // Another scrape may have met the labels first, with a series that began later.
  let { size } = metric;
  for (const series of twins.keys()) size = Math.max(size, series + 1);
  const { allOf, value } = foldedSeries(metric, twins);
  const sum = (series: number, of: (each: number) => number): number =>
    allOf(series).reduce((total, each) => total + of(each), 0);
  return {
    descriptor,
    kind,
    monotonic,
    boundaries,
    size,
    has: (series) => (twins.has(series) ? allOf(series).length > 0 : metric.has(series)),
    attributes: (series) => metric.attributes(series),
    value,
    count: (series) => sum(series, (each) => metric.count(each)),
    bucket: (series, bucket) => sum(series, (each) => metric.bucket(each, bucket)),
    exponential: (series) =>
      allOf(series)
        .map((each) => metric.exponential(each))
        .reduce((merged, value) => mergedExponential(merged, value)),
    exemplar: (series, bucket) => {
      const exemplars = allOf(series).map((each) => metric.exemplar(each, bucket));
      return exemplars.find((exemplar) => exemplar !== undefined);
    },
  };
}
