import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { ReadingWindow } from './metric/window.ts';

/** Over less, a share says little: of the millisecond between two runs, the loop is busy with the second for all of it. */
const LEAST_MILLIS = 5_000;

/**
 * Tells the share of the time in which the event loop was busy, from the latest call that is 5 s old or older, or from the
 * creation, until now; `undefined` in the first 5 s.
 */
export function createLoopUtilization(): () => number | undefined {
  const readings = new ReadingWindow<EventLoopUtilization>(LEAST_MILLIS);
  const share = (): number | undefined => {
    const now = performance.eventLoopUtilization();
    // The time that the loop has run: before its first turn it is neither busy nor idle.
    const nowMillis = now.active + now.idle;
    const then = readings.add(nowMillis, now);
    if (then === undefined) return undefined;
    const elapsedMillis = nowMillis - then.atMillis;
    return elapsedMillis < LEAST_MILLIS ? undefined : (now.active - then.value.active) / elapsedMillis;
  };
  share();
  return share;
}
