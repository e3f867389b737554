import { Worker } from 'node:worker_threads';
import { operation } from '../audit/operation.ts';
import { openSide, type SideName } from '../audit/sides.ts';
import type { Ticks } from './ticks.ts';

/** Milliseconds from when an operation was due until it was on disk, and the share of those due that were put in time. */
export interface Delays {
  readonly p50: number;
  readonly p99: number;
  readonly share: number;
}

const PER_SECOND = 5_000;
const WARM_UP_SECONDS = 2;
const SECONDS = 10;
const MILLIS_PER_SECOND = 1_000;
const INTERVAL_MILLIS = MILLIS_PER_SECOND / PER_SECOND;

const [name, directory] = process.argv.slice(2) as [SideName, string];
const side = await openSide(name, directory);
await pace(WARM_UP_SECONDS);
const delays = (await pace(SECONDS)).sort();
await side.close();
process.on('disconnect', () => process.exit());
process.send?.({
  p50: quantile(0.5),
  p99: quantile(0.99),
  share: delays.length / (SECONDS * PER_SECOND),
} satisfies Delays);

/**
 * Puts operations on record as they come, one every 0.2 ms, however late the one before was. Whoever blocks is late for
 * those that follow; what is not begun when the time is over never is.
 */
async function pace(seconds: number): Promise<Float64Array> {
  const due = seconds * PER_SECOND;
  const found = new Float64Array(due);
  const pending: Promise<void>[] = [];
  let begun = 0;
  let next = 0;
  const take = (i: number): void => {
    if (i === 0) begun = performance.now();
    if (performance.now() - begun > seconds * MILLIS_PER_SECOND) return;
    next = i + 1;
    const done = (): void => {
      found[i] = performance.now() - begun - i * INTERVAL_MILLIS;
    };
    const durable = side.putDurably(operation(i));
    if (durable === undefined) done();
    else pending.push(durable.then(done));
  };
  const workerData: Ticks = { count: due, intervalMillis: INTERVAL_MILLIS };
  const worker = new Worker(new URL('./ticks.js', import.meta.url), { workerData });
  await new Promise<void>((resolve, reject) => {
    worker.on('message', take);
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
  await Promise.all(pending);
  return found.subarray(0, next);
}

function quantile(share: number): number {
  return delays[Math.floor(delays.length * share)] ?? Number.NaN;
}
