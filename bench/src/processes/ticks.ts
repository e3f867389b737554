import { parentPort, workerData } from 'node:worker_threads';

/** How many ticks, and how far apart. */
export interface Ticks {
  readonly count: number;
  readonly intervalMillis: number;
}

/**
 * A thread that says when something is due, as a client would: the event loop that is told sleeps between two, which
 * timers, of a millisecond each, would not let it do.
 */
const { count, intervalMillis } = workerData as Ticks;
const sleeper = new Int32Array(new SharedArrayBuffer(4));
const begun = performance.now();
for (let i = 0; i < count; i++) {
  const millis = begun + i * intervalMillis - performance.now();
  if (millis > 0) Atomics.wait(sleeper, 0, 0, millis);
  parentPort?.postMessage(i);
}
