import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What the service has done between two moments. */
export interface Turn {
  readonly requests: number;
  readonly seconds: number;
  /** CPU time of all threads, user and system. */
  readonly cpuMicros: number;
}

/** The same, and what it looked like. */
export interface Usage extends Turn {
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
  const end = startTurns(served);
  const late = (nanos: number): number => Math.max(0, nanos / NANOS_PER_MILLI - RESOLUTION_MILLIS);
  return () => {
    const turn = end();
    delay.disable();
    return {
      ...turn,
      rssBytes: process.memoryUsage.rss(),
      loopDelayP99Millis: late(delay.percentile(99)),
      loopDelayMaxMillis: late(delay.max),
    };
  };
}

/** Measures turns, one after the other. Returns the function that ends one, and begins the next. */
export function startTurns(served: () => number): () => Turn {
  const now = () => ({ requests: served(), millis: performance.now(), cpu: process.cpuUsage() });
  let before = now();
  return () => {
    const begun = before;
    before = now();
    return {
      requests: before.requests - begun.requests,
      seconds: (before.millis - begun.millis) / 1_000,
      cpuMicros: before.cpu.user + before.cpu.system - begun.cpu.user - begun.cpu.system,
    };
  };
}
