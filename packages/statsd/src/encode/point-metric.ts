import type { CollectedMetric } from '@org/instrument-core';
import {
  DATA_POINT_TYPE,
  DELTA,
  type ExportedExponential,
  type ExportedHistogram,
  type ExportedMetric,
  type ExportedPoint,
} from '../exported-metrics.ts';
import type { WrittenMetric } from './folded-metric.ts';
import type { PointSeries } from './point-series.ts';

const KINDS: Readonly<Record<number, CollectedMetric['kind']>> = {
  [DATA_POINT_TYPE.histogram]: 'histogram',
  [DATA_POINT_TYPE.exponentialHistogram]: 'exponential_histogram',
  [DATA_POINT_TYPE.gauge]: 'gauge',
  [DATA_POINT_TYPE.sum]: 'sum',
};

/**
 * A metric in the SDK's form, read by series as those of ours are: for values that a server sets, since several series may have
 * one text. Of totals of histograms, differences are made when they are read; each is to be read once.
 */
export function pointMetric(metric: ExportedMetric, known: PointSeries): WrittenMetric {
  known.begin(metric.dataPoints.length);
  const points = new Array<ExportedPoint | undefined>(known.size);
  for (const point of metric.dataPoints) points[known.number(point.attributes)] = point;
  const pointOf = (series: number): ExportedPoint => points[series] as ExportedPoint;
  return {
    kind: KINDS[metric.dataPointType] as CollectedMetric['kind'],
    monotonic: false,
    size: known.size,
    has: (series) => points[series] !== undefined,
    attributes: (series) => known.attributes(series),
    value: (series) => pointOf(series).value as number,
    histogram(series) {
      const { count, sum, min, max, buckets } = explicitOf(metric, pointOf(series), known, series);
      // A sum that is not known makes that of several unknown.
      return {
        count,
        sum: sum ?? Number.NaN,
        min,
        max,
        boundaries: buckets.boundaries,
        counts: [...buckets.counts],
      };
    },
    exponential(series) {
      const { count, sum, min, max, scale, zeroCount, positive, negative } = exponentialOf(
        metric,
        pointOf(series),
        known,
        series,
      );
      return {
        count,
        sum: sum ?? Number.NaN,
        min,
        max,
        scale,
        zeroCount,
        positive: { offset: positive.offset, counts: [...positive.bucketCounts] },
        negative: { offset: negative.offset, counts: [...negative.bucketCounts] },
      };
    },
  };
}

/** What an explicit-bucket histogram recorded since the last interval. */
export function explicitOf(
  { aggregationTemporality }: ExportedMetric,
  { startTime, value }: ExportedPoint,
  known: PointSeries,
  series: number,
): ExportedHistogram {
  const given = value as ExportedHistogram;
  return aggregationTemporality === DELTA ? given : known.totals.explicit(series, startTime, given);
}

/** What an exponential histogram recorded since the last interval. */
export function exponentialOf(
  { aggregationTemporality }: ExportedMetric,
  { startTime, value }: ExportedPoint,
  known: PointSeries,
  series: number,
): ExportedExponential {
  const given = value as ExportedExponential;
  return aggregationTemporality === DELTA ? given : known.totals.exponential(series, startTime, given);
}
