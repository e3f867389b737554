import type { Worker } from 'node:worker_threads';

/** Times of tasks, in milliseconds. */
export interface PoolTimes {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** What is used of a pool: `Piscina`, and `Tinypool`, which has the same shape but for what is optional. */
export interface WorkerPool {
  readonly threads: readonly Worker[];
  /** Tasks that wait. */
  readonly queueSize: number;
  run(task: never, options?: never): Promise<unknown>;
  /** Ends the pool at once, which Piscina emits no `close` for. */
  destroy?(): Promise<unknown>;
  /** Threads that have nothing to do. */
  readonly idleThreads?: number;
  /** Share of the time that its threads could have worked in which they did, since it was made. */
  readonly utilization?: number;
  readonly histogram?: { readonly runTime?: PoolTimes; readonly waitTime?: PoolTimes };
  on?(event: string, listener: () => void): unknown;
  off?(event: string, listener: () => void): unknown;
}

/** Whether it has what a pool has. */
export function isPool(pool: unknown): pool is WorkerPool {
  if (typeof pool !== 'object' || pool === null) return false;
  const { run, threads, queueSize } = pool as Partial<WorkerPool>;
  return typeof run === 'function' && Array.isArray(threads) && typeof queueSize === 'number';
}

/** Threads that have a task; from the tasks under way, for a pool that does not say who is idle. */
export function busyThreads(pool: WorkerPool, pending: number): number {
  const running = Math.max(0, pending - pool.queueSize);
  const busy = pool.idleThreads === undefined ? running : pool.threads.length - pool.idleThreads;
  // A thread that is starting is neither idle nor at work.
  return Math.max(0, Math.min(busy, running, pool.threads.length));
}
