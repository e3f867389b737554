import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Duration } from '@org/instrument-core';
import type { CheckFunction, CheckResult } from '../check.ts';
import type { ResultStatus } from '../status.ts';
import { durationText, percentText, rounded } from './figures.ts';
import { createLoopUtilization } from './loop-utilization.ts';
import { CheckOptionReader } from './options.ts';
import { statusAbove, worstOf } from './thresholds.ts';

/** Options of {@link eventLoopCheck}. */
export interface EventLoopCheckOptions {
  /** 99th percentile of the delay above which it is degraded. Default 100 ms: users notice. */
  readonly degradedAbove?: Duration | undefined;
  /** The same for unhealthy. Default 1 s: probes of others time out. */
  readonly unhealthyAbove?: Duration | undefined;
  /** Share of the time, of 5 s at least, in which the loop was busy above which it is degraded. Default 0.95. */
  readonly degradedUtilization?: number | undefined;
  /** The same for unhealthy. Default never: a loop that is busy still answers, its delay tells how fast. */
  readonly unhealthyUtilization?: number | undefined;
}

/** A check of the event loop. */
export type EventLoopCheck = CheckFunction & {
  /** Stops measuring; the check throws from then on. Called by itself when the check is garbage. */
  close(): void;
};

// Twice Node's default: half the wake-ups, and still far below what is worth a word.
const RESOLUTION_MILLIS = 20;
const NANOS_PER_MILLI = 1e6;

const abandoned = new FinalizationRegistry<IntervalHistogram>((histogram) => histogram.disable());

/**
 * Looks at how late timers were since the previous run, or since it was created, and at how busy the event loop was in that
 * time, or in the last 5 s where it is less: a process is not busy because it was asked twice. In the first 5 s, in which
 * most processes start, the delay alone is judged.
 *
 * Its timer ticks every 20 ms from creation until `close()`, or until the check is garbage; it does not keep the process
 * alive. Unregistering the check drops it, so `close()` is only needed where it is held elsewhere.
 *
 * @throws {InstrumentError} when options are wrong.
 */
export function eventLoopCheck(options: EventLoopCheckOptions = {}): EventLoopCheck {
  const read = new CheckOptionReader('eventLoopCheck', options, [
    'degradedAbove',
    'unhealthyAbove',
    'degradedUtilization',
    'unhealthyUtilization',
  ]);
  const degradedAbove = read.millis('degradedAbove', 100);
  const unhealthyAbove = read.millis('unhealthyAbove', Math.max(1_000, degradedAbove));
  const degradedUtilization = read.share('degradedUtilization', 0.95);
  const unhealthyUtilization = read.share('unhealthyUtilization', undefined);
  read.ordered('degradedAbove', degradedAbove, 'unhealthyAbove', unhealthyAbove);
  if (read.raw('degradedUtilization') !== undefined) {
    read.ordered('degradedUtilization', degradedUtilization, 'unhealthyUtilization', unhealthyUtilization);
  }
  read.done();

  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MILLIS });
  let isOpen = true;
  const utilizationNow = createLoopUtilization();
  histogram.enable();
  const check = (): CheckResult => {
    if (!isOpen) throw new Error('The check of the event loop was closed');
    const delayP99Millis = delayMillis(histogram, histogram.percentile(99));
    const delayMaxMillis = delayMillis(histogram, histogram.max);
    const utilization = utilizationNow();
    histogram.reset();
    const late = statusAbove(delayP99Millis, degradedAbove, unhealthyAbove);
    const details = { delayP99Millis, delayMaxMillis };
    const delay = `The event loop is ${durationText(delayP99Millis)} late (99th percentile)`;
    if (utilization === undefined) return result(late, delay, details);
    const status = worstOf(late, statusAbove(utilization, degradedUtilization, unhealthyUtilization));
    const reason = `${delay} and busy for ${percentText(utilization)} of the time`;
    return result(status, reason, { ...details, utilization: rounded(utilization) });
  };
  abandoned.register(check, histogram, check);
  return Object.assign(check, {
    close() {
      isOpen = false;
      abandoned.unregister(check);
      histogram.disable();
    },
  });
}

function result(status: ResultStatus, reason: string, details: Record<string, number>): CheckResult {
  return status === 'healthy' ? { status, details } : { status, reason, details };
}

/** The delay of a sample. What is recorded is the time between two ticks, the resolution included. */
function delayMillis({ count }: IntervalHistogram, nanos: number): number {
  return count === 0 ? 0 : rounded(Math.max(0, nanos / NANOS_PER_MILLI - RESOLUTION_MILLIS));
}
