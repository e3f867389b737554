import { type Duration, describeValue } from '@org/instrument-core';
import type { CheckFunction, CheckResult } from '../check.ts';
import { durationText } from './figures.ts';
import { type MissingOptions, missingResult } from './metric/missing.ts';
import { type Combine, createMetricReader, sourceName } from './metric/reader.ts';
import { combined } from './metric/series.ts';
import type { MetricSelector, MetricSource } from './metric/source.ts';
import { readSource } from './metric/source-option.ts';
import { millisPer } from './metric/time-unit.ts';
import { CheckOptionReader } from './options.ts';
import { statusAbove } from './thresholds.ts';

/** Options of {@link freshnessCheck}. */
export interface FreshnessCheckOptions extends MissingOptions {
  /** When it was last renewed: a metric that holds a Unix time, or a function. Of several series, see `series`. */
  readonly of: MetricSelector | (() => Date | number | undefined | Promise<Date | number | undefined>);
  /** Unit of the Unix time. Default that of the metric, else `s`; for numbers of functions `ms`, as `Date.now()`. */
  readonly unit?: 's' | 'ms' | undefined;
  /** Which of several series counts. Default `oldest`: one that has stopped is not hidden by those that go on. */
  readonly series?: 'oldest' | 'newest' | undefined;
  /** Age above which it is degraded. Default none; one of the two must be given. */
  readonly degradedAfter?: Duration | undefined;
  /** Age above which it is unhealthy. Default none. */
  readonly unhealthyAfter?: Duration | undefined;
}

// Clocks of machines that are synchronised at all differ by less; more is the wrong unit.
const MAX_AHEAD_MILLIS = 300_000;

/**
 * Looks at how old something is.
 *
 * @throws {InstrumentError} when options are wrong. The check throws when the time is none, or lies in the future.
 */
export function freshnessCheck(options: FreshnessCheckOptions): CheckFunction {
  const read = new CheckOptionReader('freshnessCheck', options, [
    'of',
    'unit',
    'series',
    'degradedAfter',
    'unhealthyAfter',
    'whenMissing',
  ]);
  const source = readSource(read, 'of');
  const unit = read.raw('unit') === undefined ? undefined : read.oneOf('unit', 's', ['s', 'ms']);
  const choose = read.oneOf('series', 'oldest', ['oldest', 'newest']) === 'oldest' ? Math.min : Math.max;
  const degradedAfter = read.millis('degradedAfter', undefined);
  const unhealthyAfter = read.millis('unhealthyAfter', undefined);
  if (read.raw('degradedAfter') === undefined && read.raw('unhealthyAfter') === undefined) {
    read.add('degradedAfter', 'nothing', 'a duration, here or in unhealthyAfter');
  }
  read.ordered('degradedAfter', degradedAfter, 'unhealthyAfter', unhealthyAfter);
  const whenMissing = read.status('whenMissing', 'degraded');
  read.done();

  return async () => {
    const name = sourceName(source);
    const atMillis =
      typeof source === 'function' ? await timeOf(source, unit) : await metricTime(source, unit, choose);
    if (atMillis === undefined) return missingResult(name, whenMissing);
    const ageMillis = Date.now() - atMillis;
    if (ageMillis < -MAX_AHEAD_MILLIS) {
      throw new Error(`${name} lies ${durationText(-ageMillis)} in the future: its unit or a clock is wrong`);
    }
    const status = statusAbove(ageMillis, degradedAfter, unhealthyAfter);
    const details = { ageMillis: Math.max(0, Math.round(ageMillis)) };
    if (status === 'healthy') return { status, details };
    const limit = status === 'unhealthy' ? unhealthyAfter : degradedAfter;
    const reason = `${name} is ${durationText(ageMillis)} old, more than ${durationText(limit ?? 0)}`;
    return { status, reason, details } satisfies CheckResult;
  };
}

/** Unix milliseconds that a function tells; `undefined` for nothing. */
async function timeOf(source: () => unknown, unit: 's' | 'ms' | undefined): Promise<number | undefined> {
  const given = await source();
  if (given === undefined || given === null) return undefined;
  const millis =
    given instanceof Date
      ? given.getTime()
      : typeof given === 'number'
        ? given * (unit === 's' ? 1_000 : 1)
        : Number.NaN;
  if (Number.isFinite(millis)) return millis;
  throw new Error(
    `The function of the check returned ${describeValue(given)}, expected a Date or a Unix time`,
  );
}

async function metricTime(
  source: MetricSelector,
  unit: 's' | 'ms' | undefined,
  choose: (...values: number[]) => number,
): Promise<number | undefined> {
  const combine: Combine = (series, field) => {
    const times = series.map((one) => combined([one], field)).filter((time) => time !== undefined);
    return times.length === 0 ? undefined : choose(...times);
  };
  const reading = await createMetricReader().read(source satisfies MetricSource, 'max', combine);
  if (reading.value === undefined) return undefined;
  return reading.value * (millisPer(unit ?? reading.unit) ?? 1_000);
}
