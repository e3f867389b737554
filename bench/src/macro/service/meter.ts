import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Turn } from './protocol.ts';

/** What the service has used between two moments. */
export interface Usage {
  readonly requests: number;
  readonly seconds: number;
  /** CPU time of all threads, user and system. */
  readonly cpuMicros: number;
  /** Resident memory at the end. */
  readonly rssBytes: number;
  /** How late timers came: the 99th percentile, and the longest. */
  readonly loopDelayP99Millis: number;
  readonly loopDelayMaxMillis: number;
}

/** Time between two looks at the event loop; the histogram has it within its values. */
const RESOLUTION_MILLIS = 10;
const NANOS_PER_MILLI = 1e6;

/** Starts to measure this process. Returns the function that ends it. */
export function startMeter(served: () => number): () => Usage {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MILLIS });
  delay.enable();
  const before = { requests: served(), millis: performance.now(), cpu: process.cpuUsage() };
  const late = (nanos: number): number => Math.max(0, nanos / NANOS_PER_MILLI - RESOLUTION_MILLIS);
  return () => {
    const cpu = process.cpuUsage(before.cpu);
    const seconds = (performance.now() - before.millis) / 1_000;
    delay.disable();
    return {
      requests: served() - before.requests,
      seconds,
      cpuMicros: cpu.user + cpu.system,
      rssBytes: process.memoryUsage.rss(),
      loopDelayP99Millis: late(delay.percentile(99)),
      loopDelayMaxMillis: late(delay.max),
    };
  };
}

/** Measures turns, one after the other. Returns the function that ends one, and begins the next. */
export function startTurns(served: () => number): () => Turn {
  let before = { requests: served(), millis: performance.now(), cpu: process.cpuUsage() };
  return () => {
    const now = { requests: served(), millis: performance.now(), cpu: process.cpuUsage() };
    const turn = {
      requests: now.requests - before.requests,
      seconds: (now.millis - before.millis) / 1_000,
      cpuMicros: now.cpu.user + now.cpu.system - before.cpu.user - before.cpu.system,
    };
    before = now;
    return turn;
  };
}
