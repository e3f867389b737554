import type { Form } from '../settings.ts';
import type { Distribution } from './distribution.ts';
import type { Lines } from './lines.ts';
import type { MetricText, NumberedSeries } from './metric-text.ts';
import { quantileName, quantileOf } from './quantile.ts';
import { eachSample } from './samples.ts';
import { sevenDigits } from './seven-digits.ts';

/** Writes one series of a histogram. */
export type WriteHistogram = (text: MetricText, metric: NumberedSeries, series: number) => void;

/** Stands behind the name of a statistic that every histogram has. */
export const COUNT = '.count';

/** What stands behind the names of those statistics that are gauges. */
export function statisticGauges({ quantiles }: Form): string[] {
  return ['.min', '.max', ...quantiles.map((q) => `.${quantileName(q)}`)];
}

/** Makes what writes histograms as samples, statistics or both. */
export function createHistogramWriter(
  { samples, statistics, quantiles }: Form,
  distribution: Distribution,
  lines: Lines,
): WriteHistogram {
  const named = quantiles.map((q) => ({ q, suffix: `.${quantileName(q)}` }));
  const writeSamples: WriteHistogram = (text, metric, series) => {
    const own = text.prepared('', metric, series);
    eachSample(distribution, (value, count) => lines.sample(own, series, value, count));
    lines.endSamples(own, series);
  };
  const writeStatistics: WriteHistogram = (text, metric, series) => {
    const { count, sum, min, max } = distribution;
    lines.counter(text.prepared(COUNT, metric, series), series, count);
    if (sum !== undefined) lines.counter(text.prepared('.sum', metric, series), series, sum);
    if (min !== undefined) lines.gauge(text.prepared('.min', metric, series), series, min);
    if (max !== undefined) lines.gauge(text.prepared('.max', metric, series), series, max);
    for (const { q, suffix } of named) {
      lines.gauge(text.prepared(suffix, metric, series), series, sevenDigits(quantileOf(distribution, q)));
    }
  };
  return (text, metric, series) => {
    if (distribution.count === 0) return;
    if (samples) writeSamples(text, metric, series);
    if (statistics) writeStatistics(text, metric, series);
  };
}
