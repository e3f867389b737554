import { describeValue, monotonicMillis } from '@org/instrument-core';
import type { CheckFunction, CheckResult } from '../check.ts';
import { durationText, numberText, percentText, rounded } from './figures.ts';
import { distributionSince, quantileOf } from './metric/distribution.ts';
import { missingResult } from './metric/missing.ts';
import { NO_CALLS, type OperationReading, type OperationTotals, readOperation } from './metric/operation.ts';
import { millisPer } from './metric/time-unit.ts';
import { ReadingWindow } from './metric/window.ts';
import { readSlaOptions, type SlaCheckOptions } from './sla-options.ts';
import { statusAbove, statusBelow, worstOf } from './thresholds.ts';

const QUANTILES = { p50: 0.5, p75: 0.75, p90: 0.9, p95: 0.95, p99: 0.99 } as const;

/**
 * Looks at whether an instrumented operation keeps what was agreed: the share of successful calls, and a quantile of
 * their durations, in the window that ends now. While the process is younger than the window, since its start; a check
 * that is first run later has nothing to compare with, and is healthy that time.
 *
 * @throws {InstrumentError} when options are wrong. The check throws when durations are in no unit of time.
 */
export function slaCheck(options: SlaCheckOptions): CheckFunction {
  const {
    operation,
    attributes,
    target,
    unhealthyBelow,
    latencyMillis,
    quantile,
    windowMillis,
    minCalls,
    provider,
    whenMissing,
  } = readSlaOptions(options);
  const window = new ReadingWindow<OperationTotals>(windowMillis);
  let isFirst = true;

  return () => {
    const now = monotonicMillis();
    // The clock starts with the process, and so do its counts.
    if (isFirst && now <= windowMillis) window.add(0, NO_CALLS);
    isFirst = false;
    const reading = readOperation(provider, operation, attributes);
    const baseline = window.add(now, reading?.totals ?? NO_CALLS);
    if (reading === undefined) return missingResult(`${operation}.calls`, whenMissing);
    if (baseline === undefined) return { status: 'healthy', details: { calls: 0 } };
    return judge(reading, baseline.value, now - baseline.atMillis);
  };

  function judge(
    { totals, unit, longest }: OperationReading,
    before: OperationTotals,
    sinceMillis: number,
  ): CheckResult {
    const isReset = totals.calls < before.calls || totals.successes < before.successes;
    const since = isReset ? NO_CALLS : before;
    const calls = totals.calls - since.calls;
    if (calls < minCalls) return { status: 'healthy', details: { calls } };
    const compliance = (totals.successes - since.successes) / calls;
    const durations = distributionSince(totals.durations, since.durations);
    const value = quantileOf(durations, QUANTILES[quantile], longest);
    const durationMillis = value === undefined ? undefined : rounded(value * timeUnit(unit));

    const success = statusBelow(compliance, target, unhealthyBelow);
    const speed = statusAbove(durationMillis ?? 0, latencyMillis, undefined);
    const details = {
      calls,
      compliance: rounded(compliance * 100) / 100,
      target,
      ...(durationMillis === undefined ? {} : { [`${quantile}Millis`]: durationMillis }),
      windowMillis: Math.round(sinceMillis),
    };
    const status = worstOf(success, speed);
    if (status === 'healthy') return { status, details };
    const missed = [
      success === 'healthy' ? '' : `${percentText(compliance)} succeeded, target ${percentText(target)}`,
      speed === 'healthy'
        ? ''
        : `${quantile} is ${durationText(durationMillis ?? 0)}, target ${durationText(latencyMillis ?? 0)}`,
    ].filter((text) => text !== '');
    const whole = `Of ${numberText(calls)} ${calls === 1 ? 'call' : 'calls'} of ${operation} in ${durationText(sinceMillis)}`;
    return { status, reason: `${whole}: ${missed.join('; ')}`, details };
  }

  function timeUnit(unit: string | undefined): number {
    const millis = millisPer(unit ?? '');
    if (millis !== undefined) return millis;
    throw new Error(
      `${operation}.duration is in ${describeValue(unit)}, expected a unit of time such as "s" or "ms"`,
    );
  }
}
