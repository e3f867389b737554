import { DATA_POINT_TYPE, DELTA, type ExportedMetric, type ExportedPoint } from '../exported-metrics.ts';
import { addExplicit, addExponential, type Distribution } from './distribution.ts';
import type { WriteHistogram } from './histogram-lines.ts';
import type { Lines } from './lines.ts';
import { explicitOf, exponentialOf } from './point-metric.ts';
import type { PointSeries } from './point-series.ts';

/**
 * Writes the points of a metric in the SDK's form, whoever made it, of which a server adds up what is the same. What is
 * cumulative is made differences.
 */
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
      case DATA_POINT_TYPE.sum:
        writeSum(metric, point, known, series, lines);
        break;
      case DATA_POINT_TYPE.histogram: {
        const { sum, min, max, buckets } = explicitOf(metric, point, known, series);
        distribution.begin(sum, min, max, factor);
        addExplicit(distribution, buckets.boundaries, buckets.counts);
        writeHistogram(known.text, known, series);
        break;
      }
      case DATA_POINT_TYPE.exponentialHistogram: {
        const { sum, min, max, scale, zeroCount, positive, negative } = exponentialOf(
          metric,
          point,
          known,
          series,
        );
        distribution.begin(sum, min, max, factor);
        addExponential(
          distribution,
          scale,
          zeroCount,
          { offset: positive.offset, counts: positive.bucketCounts },
          { offset: negative.offset, counts: negative.bucketCounts },
        );
        writeHistogram(known.text, known, series);
        break;
      }
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
  if (isMonotonic !== true) {
    lines.change(text, series, value);
    return;
  }
  const isDelta = aggregationTemporality === DELTA;
  lines.counter(text, series, isDelta ? value : known.totals.sum(series, point.startTime, value));
}
