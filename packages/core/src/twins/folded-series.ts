import type { CollectedMetric } from '../metric.ts';

/** Series of a metric, of which some stand for others too; each is asked about while any of them has a value. */
export interface FoldedSeries {
  /** A series, and those that it stands for, as far as they have a value. */
  allOf(series: number): readonly number[];
  /** Which of those was recorded last, as far as that is known; otherwise the one that began last. */
  latestOf(series: number): number;
  /** Of gauges that of the latest; of all else the sum. */
  value(series: number): number;
}

/** @param twins by series, those that it stands for */
export function foldedSeries(
  metric: Pick<CollectedMetric, 'has' | 'kind' | 'recency' | 'value'>,
  twins: ReadonlyMap<number, readonly number[]>,
): FoldedSeries {
  const allOf = (series: number): readonly number[] => {
    const others = twins.get(series);
    return others === undefined ? [series] : [series, ...others].filter((each) => metric.has(each));
  };
  const recency = (series: number): number => metric.recency?.(series) ?? 0;
  const latestOf = (series: number): number =>
    allOf(series).reduce((latest, each) => (recency(each) >= recency(latest) ? each : latest));
  return {
    allOf,
    latestOf,
    value: (series) =>
      metric.kind === 'gauge'
        ? metric.value(latestOf(series))
        : allOf(series).reduce((sum, each) => sum + metric.value(each), 0),
  };
}
