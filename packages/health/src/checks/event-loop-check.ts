import { type IntervalHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Duration } from '@org/instrument-core';
import type { CheckFunction, CheckResult } from '../check.ts';
import { durationText, percentText, rounded } from './figures.ts';
import { CheckOptionReader } from './options.ts';
import { statusAbove, worstOf } from './thresholds.ts';

/** Options of {@link eventLoopCheck}. */
export interface EventLoopCheckOptions {
  /** 99th percentile of the delay above which it is degraded. Default 100 ms: users notice. */
  readonly degradedAbove?: Duration;
  /** The same for unhealthy. Default 1 s: probes of others time out. */
  readonly unhealthyAbove?: Duration;
  /** Share of the time in which the loop was busy above which it is degraded. Default 0.95. */
  readonly degradedUtilization?: number;
  /** The same for unhealthy. Default never: a loop that is busy still answers, its delay tells how fast. */
  readonly unhealthyUtilization?: number;
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
 * Looks at how late timers were, and how busy the event loop was, since the previous run, or since it was created.
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
  let busy = performance.eventLoopUtilization();
  histogram.enable();
  const check = (): CheckResult => {
    if (!isOpen) throw new Error('The check of the event loop was closed');
    const delayP99Millis = delayMillis(histogram, histogram.percentile(99));
    const delayMaxMillis = delayMillis(histogram, histogram.max);
    const { utilization } = performance.eventLoopUtilization(busy);
    histogram.reset();
    busy = performance.eventLoopUtilization();
    const late = statusAbove(delayP99Millis, degradedAbove, unhealthyAbove);
    const status = worstOf(late, statusAbove(utilization, degradedUtilization, unhealthyUtilization));
    const details = { delayP99Millis, delayMaxMillis, utilization: rounded(utilization) };
    if (status === 'healthy') return { status, details };
    const delay = `The event loop is ${durationText(delayP99Millis)} late (99th percentile)`;
    return { status, reason: `${delay} and busy for ${percentText(utilization)} of the time`, details };
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

/** The delay of a sample. What is recorded is the time between two ticks, the resolution included. */
function delayMillis({ count }: IntervalHistogram, nanos: number): number {
  return count === 0 ? 0 : rounded(Math.max(0, nanos / NANOS_PER_MILLI - RESOLUTION_MILLIS));
}
