import type { Worker } from 'node:worker_threads';
import { describeValue, runtime } from '@org/instrument-core';
import { Roster } from '../run/roster.ts';
import { crewAccount } from './crew-account.ts';
import { type CrewSettings, type PoolOptions, poolReader, readCrewSettings } from './options.ts';
import { showPool, taskDurations } from './pool-metrics.ts';
import { Tasks } from './tasks.ts';
import { hasExited, watchThread } from './watch-thread.ts';
import { guarded, once, type Watching, watching } from './watching.ts';
import { isPool, type WorkerPool } from './worker-pool.ts';

const instrumented = new WeakSet<WorkerPool>();

/**
 * Measures a pool of worker threads, `Piscina` or what has its shape: tasks (counted as items), their durations, the queue,
 * workers that begin, end and crash, who is at work. Its events are those of an execution whose `run` is the pool's. Ends by
 * itself when the pool is closed or destroyed.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` when it is no pool, is instrumented already, or an option is wrong.
 */
export function instrumentPool(pool: WorkerPool, options: PoolOptions = {}): Watching {
  const reader = poolReader(options);
  if (!isPool(pool))
    reader.add('pool', describeValue(pool), 'a pool with run(), threads and queueSize, as Piscina has');
  else if (instrumented.has(pool)) {
    reader.add(
      'pool',
      'a pool that is instrumented',
      'one that is not',
      'Call detach() of the other one first.',
    );
  }
  const settings = readCrewSettings(reader, 'The pool cannot be instrumented', ({ name }) => `${name}.pool`);
  if (runtime.disabled) return watching(() => {});
  return watching(instrument(pool, settings));
}

function instrument(pool: WorkerPool, { own, execution }: CrewSettings): () => void {
  instrumented.add(pool);
  const { account, metrics } = crewAccount(own);
  const tasks = new Tasks(pool, account, taskDurations(metrics.meter, own.name));
  const roster = new Roster(account);
  const rosters = execution === undefined ? [roster] : [roster, execution.roster];
  const threads = new Map<Worker, () => void>();
  const lookAround = guarded('looking for workers', () => {
    for (const thread of pool.threads) {
      if (threads.has(thread) || hasExited(thread)) continue;
      threads.set(thread, () => {});
      threads.set(
        thread,
        watchThread(thread, rosters, undefined, () => threads.delete(thread)),
      );
    }
  });
  const crew = {
    get queued(): number {
      return tasks.queued;
    },
    get idle(): number {
      return threads.size - tasks.activeWorkers;
    },
  };
  account.series.add(tasks);
  const dismiss = execution?.employ(crew);
  const hide = showPool(metrics.meter, own.name, own.labels, pool);
  const close = (): void => end();
  const restore = [overlayRun(pool, tasks, lookAround), overlayDestroy(pool, close)];
  // A worker is in `threads` from before it is told of; one of those that a pool begins with is told of later.
  pool.on?.('workerCreate', lookAround);
  pool.on?.('close', close);
  lookAround();
  const end = once(() => {
    instrumented.delete(pool);
    for (const undo of restore) undo();
    pool.off?.('workerCreate', lookAround);
    pool.off?.('close', close);
    for (const leave of threads.values()) leave();
    threads.clear();
    hide();
    dismiss?.();
    tasks.retire();
  });
  return end;
}

/** Follows what is given to `run`, until the function returned is called. */
function overlayRun(pool: WorkerPool, tasks: Tasks, onTask: () => void): () => void {
  const { run } = pool;
  const overlaid = function (this: WorkerPool, ...given: unknown[]): Promise<unknown> {
    if (runtime.disabled) return Reflect.apply(run, this, given);
    const promise = tasks.follow(() => Reflect.apply(run, this, given), onTask);
    onTask();
    return promise;
  };
  return overlay(pool, 'run', overlaid);
}

/** Hears of `destroy()`, until the function returned is called. */
function overlayDestroy(pool: WorkerPool, onDestroyed: () => void): () => void {
  const { destroy } = pool;
  if (typeof destroy !== 'function') return () => {};
  const overlaid = function (this: WorkerPool, ...given: unknown[]): unknown {
    const destroyed: unknown = Reflect.apply(destroy, this, given);
    // Not before its tasks and workers have come to their ends; its failure is the caller's.
    Promise.resolve(destroyed).then(onDestroyed, onDestroyed);
    return destroyed;
  };
  return overlay(pool, 'destroy', overlaid);
}

/** Lays a method over one of a pool. Returns the function that takes it away. */
function overlay(pool: WorkerPool, name: 'run' | 'destroy', overlaid: unknown): () => void {
  const own = Object.getOwnPropertyDescriptor(pool, name);
  Object.defineProperty(pool, name, { value: overlaid, configurable: true, writable: true });
  return () => {
    if (pool[name] !== overlaid) return;
    if (own === undefined) Reflect.deleteProperty(pool, name);
    else Object.defineProperty(pool, name, own);
  };
}
