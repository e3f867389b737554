import { type Duration, describeValue, monotonicMillis } from '@org/instrument-core';
import type { CheckFunction, CheckResult } from '../check.ts';
import { durationText, numberText, percentText, rounded } from './figures.ts';
import { type MissingOptions, missingResult } from './metric/missing.ts';
import { createMetricReader, sourceName } from './metric/reader.ts';
import type { MetricSource } from './metric/source.ts';
import { readSource } from './metric/source-option.ts';
import { ReadingWindow } from './metric/window.ts';
import { CheckOptionReader } from './options.ts';
import { statusBelow } from './thresholds.ts';

/** Options of {@link throughputCheck}. */
export interface ThroughputCheckOptions extends MissingOptions {
  /** A count that only rises: a counter, the count of a histogram, or a function. */
  readonly of: MetricSource;
  /** Rate per second that is to be reached; less is degraded. */
  readonly target: number;
  /** Share of the target below which it is unhealthy. Default 0.5. */
  readonly unhealthyBelow?: number | undefined;
  /** Time over which the rate is taken. Default 1 min. */
  readonly window?: Duration | undefined;
}

/**
 * Looks at the rate of a counter in the window that ends now. The first run has nothing to compare with and is healthy.
 * A counter that falls has begun anew, from 0, as PromQL's `rate` has it.
 *
 * @throws {InstrumentError} when options are wrong. The check throws when the figure is no number.
 */
export function throughputCheck(options: ThroughputCheckOptions): CheckFunction {
  const read = new CheckOptionReader('throughputCheck', options, [
    'of',
    'target',
    'unhealthyBelow',
    'window',
    'whenMissing',
  ]);
  const source = readSource(read, 'of');
  const target = read.number('target', Number.NaN, { isMinExcluded: true });
  if (read.raw('target') === undefined) read.add('target', describeValue(undefined), 'a rate per second > 0');
  const unhealthyBelow = read.share('unhealthyBelow', 0.5);
  const windowMillis = read.millis('window', 60_000);
  if (windowMillis === 0) read.add('window', '0', 'a duration > 0');
  const whenMissing = read.status('whenMissing', 'degraded');
  read.done();

  const window = new ReadingWindow<number>(windowMillis);
  let last = 0;
  // What was counted in all, whatever the counter was set back to meanwhile.
  let counted = 0;
  return async () => {
    const { value } = await createMetricReader().read(source, 'count');
    const now = monotonicMillis();
    // A counter that nobody has added to stands at 0.
    const current = value ?? 0;
    counted += current >= last ? current - last : current;
    last = current;
    const baseline = window.add(now, counted);
    if (value === undefined) return missingResult(sourceName(source), whenMissing);
    if (baseline === undefined || now <= baseline.atMillis)
      return { status: 'healthy', details: { total: value } };

    const elapsedMillis = now - baseline.atMillis;
    const perSecond = ((counted - baseline.value) * 1_000) / elapsedMillis;
    const status = statusBelow(perSecond, target, target * unhealthyBelow);
    const details = {
      perSecond: rounded(perSecond),
      targetPerSecond: target,
      windowMillis: Math.round(elapsedMillis),
    };
    if (status === 'healthy') return { status, details };
    const rate = `${sourceName(source)} rose by ${numberText(perSecond)} per second in ${durationText(elapsedMillis)}`;
    const reason = `${rate}, ${percentText(perSecond / target)} of the target of ${numberText(target)}`;
    return { status, reason, details } satisfies CheckResult;
  };
}
