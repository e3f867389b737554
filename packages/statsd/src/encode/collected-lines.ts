import type { CollectedMetric } from '@org/instrument-core';
import { addExplicit, addExponential, type Distribution } from './distribution.ts';
import type { WrittenMetric } from './folded-metric.ts';
import type { WriteHistogram } from './histogram-lines.ts';
import type { Lines } from './lines.ts';
import type { MetricText } from './metric-text.ts';

/** Whether a metric of ours can be written as it is: totals of what only rises have to be made differences first. */
export function isWrittenInPlace({ kind, temporality, monotonic }: CollectedMetric): boolean {
  if (kind === 'gauge') return true;
  return kind === 'sum' ? monotonic === (temporality === 'delta') : temporality === 'delta';
}

/** Writes a metric series by series, one of ours without making points of them. */
export function writeCollected(
  metric: WrittenMetric,
  text: MetricText,
  factor: number,
  lines: Lines,
  distribution: Distribution,
  writeHistogram: WriteHistogram,
): void {
  const { kind, size } = metric;
  const isCounter = kind === 'sum' && metric.monotonic;
  for (let series = 0; series < size; series++) {
    if (!metric.has(series)) continue;
    if (kind === 'sum' || kind === 'gauge') {
      const own = text.prepared('', metric, series);
      if (isCounter) lines.counter(own, series, metric.value(series));
      else lines.gauge(own, series, metric.value(series));
      continue;
    }
    if (kind === 'histogram') {
      const { sum, min, max, boundaries, counts } = metric.histogram(series);
      distribution.begin(sum, min, max, factor);
      addExplicit(distribution, boundaries, counts);
    } else {
      const { sum, min, max, scale, zeroCount, positive, negative } = metric.exponential(series);
      distribution.begin(sum, min, max, factor);
      addExponential(distribution, scale, zeroCount, positive, negative);
    }
    writeHistogram(text, metric, series);
  }
}
