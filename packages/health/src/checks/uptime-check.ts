import type { Duration } from '@org/instrument-core';
import type { CheckFunction, CheckResult } from '../check.ts';
import { durationText } from './figures.ts';
import { CheckOptionReader } from './options.ts';

/** Options of {@link uptimeCheck}. */
export interface UptimeCheckOptions {
  /** A process that has run for less is degraded: it warms up, or it restarts all the time. Default 0. */
  readonly min?: Duration | undefined;
  /** A process that has run for longer is degraded: it was meant to be replaced. Default none. */
  readonly max?: Duration | undefined;
}

/**
 * Looks at how long the process has run.
 *
 * @throws {InstrumentError} when options are wrong.
 */
export function uptimeCheck(options: UptimeCheckOptions = {}): CheckFunction {
  const read = new CheckOptionReader('uptimeCheck', options, ['min', 'max']);
  const minMillis = read.millis('min', 0);
  const maxMillis = read.millis('max', undefined);
  read.ordered('min', minMillis, 'max', maxMillis);
  read.done();

  return () => {
    const uptimeMillis = Math.round(process.uptime() * 1_000);
    const details = { uptimeMillis };
    const uptime = durationText(uptimeMillis);
    if (uptimeMillis < minMillis) {
      const reason = `Warming up: the process has run for ${uptime}, less than ${durationText(minMillis)}`;
      return { status: 'degraded', reason, details } satisfies CheckResult;
    }
    if (maxMillis !== undefined && uptimeMillis > maxMillis) {
      const reason = `The process has run for ${uptime}, more than ${durationText(maxMillis)}`;
      return { status: 'degraded', reason, details } satisfies CheckResult;
    }
    return { status: 'healthy', details };
  };
}
