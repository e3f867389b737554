import {
  DATA_POINT_TYPE,
  DELTA,
  type ExportedExponential,
  type ExportedHistogram,
  type ExportedMetric,
  type ExportedPoint,
} from '../exported-metrics.ts';
import { addExplicit, addExponential, type Distribution } from './distribution.ts';
import type { WriteHistogram } from './histogram-lines.ts';
import type { Lines } from './lines.ts';
import type { PointSeries } from './point-series.ts';

/** Writes the points of a metric in the SDK's form, whoever made it. What is cumulative is made differences. */
export function writePoints(
  metric: ExportedMetric,
  known: PointSeries,
  factor: number,
  lines: Lines,
  distribution: Distribution,
  writeHistogram: WriteHistogram,
): void {
  known.begin(metric.dataPoints.length);
  for (const point of metric.dataPoints) {
    const series = known.number(point.attributes);
    switch (metric.dataPointType) {
      case DATA_POINT_TYPE.gauge:
        lines.gauge(known.text.prepared('', known, series), series, point.value as number);
        break;
      case DATA_POINT_TYPE.sum:
        writeSum(metric, point, known, series, lines);
        break;
      case DATA_POINT_TYPE.histogram:
        fillExplicit(metric, point, known, series, distribution, factor);
        writeHistogram(known.text, known, series);
        break;
      case DATA_POINT_TYPE.exponentialHistogram:
        fillExponential(metric, point, known, series, distribution, factor);
        writeHistogram(known.text, known, series);
        break;
    }
  }
}

function writeSum(
  { aggregationTemporality, isMonotonic }: ExportedMetric,
  point: ExportedPoint,
  known: PointSeries,
  series: number,
  lines: Lines,
): void {
  const text = known.text.prepared('', known, series);
  const value = point.value as number;
  const isDelta = aggregationTemporality === DELTA;
  if (isMonotonic !== true) {
    if (isDelta) lines.change(text, series, value);
    else lines.gauge(text, series, value);
  } else lines.counter(text, series, isDelta ? value : known.totals.sum(series, point.startTime, value));
}

function fillExplicit(
  { aggregationTemporality }: ExportedMetric,
  { startTime, value }: ExportedPoint,
  known: PointSeries,
  series: number,
  distribution: Distribution,
  factor: number,
): void {
  const given = value as ExportedHistogram;
  const { sum, min, max, buckets } =
    aggregationTemporality === DELTA ? given : known.totals.explicit(series, startTime, given);
  distribution.begin(sum, min, max, factor);
  addExplicit(distribution, buckets.boundaries, buckets.counts);
}

function fillExponential(
  { aggregationTemporality }: ExportedMetric,
  { startTime, value }: ExportedPoint,
  known: PointSeries,
  series: number,
  distribution: Distribution,
  factor: number,
): void {
  const given = value as ExportedExponential;
  const { sum, min, max, scale, zeroCount, positive, negative } =
    aggregationTemporality === DELTA ? given : known.totals.exponential(series, startTime, given);
  distribution.begin(sum, min, max, factor);
  addExponential(
    distribution,
    scale,
    zeroCount,
    { offset: positive.offset, counts: positive.bucketCounts },
    { offset: negative.offset, counts: negative.bucketCounts },
  );
}
