import { context } from '@opentelemetry/api';
import { type BindableHistogram, isAbort, monotonicMillis, reportFault } from '@org/instrument-core';
import type { Figures } from '../metrics/figures.ts';
import type { Account } from '../run/account.ts';
import { Lifetime, type LifetimeEnd } from '../run/lifetime.ts';
import { Pace } from '../run/pace.ts';
import { busyThreads, type WorkerPool } from './worker-pool.ts';

/** The tasks of a pool: counts them and times them. */
export class Tasks implements Figures {
  readonly remaining: undefined = undefined;
  readonly #pool: WorkerPool;
  readonly #account: Account;
  readonly #durations: BindableHistogram;
  readonly #pace: Pace = new Pace(monotonicMillis());
  #pending = 0;
  #processed = 0;
  #failed = 0;
  #isRetired = false;

  constructor(pool: WorkerPool, account: Account, durations: BindableHistogram) {
    this.#pool = pool;
    this.#account = account;
    this.#durations = durations;
  }

  get processed(): number {
    return this.#processed;
  }

  get failed(): number {
    return this.#failed;
  }

  get queued(): number {
    return this.#ask((pool) => pool.queueSize);
  }

  get activeWorkers(): number {
    return this.#ask((pool) => busyThreads(pool, this.#pending));
  }

  get idleWorkers(): number | undefined {
    return this.#ask((pool) => pool.idleThreads);
  }

  rate(): number {
    return this.#pace.ratePerSecond(monotonicMillis(), this.#processed);
  }

  /** Its figures are taken over by the series; of tasks that are still under way, when they end. */
  retire(): void {
    this.#account.series.retire(this);
    this.#isRetired = true;
  }

  /** Runs what begins a task, and follows its promise. `onEnd` is called when it has settled. */
  follow(begin: () => Promise<unknown>, onEnd: () => void): Promise<unknown> {
    const startMillis = monotonicMillis();
    const caller = context.active();
    this.#pending++;
    const task = new Lifetime((end, error) => {
      this.#pending--;
      const errorType = this.#settled(end, error);
      const outcome = { success: errorType === 'none', error_type: errorType };
      const seconds = (monotonicMillis() - startMillis) / 1_000;
      this.#durations.record(seconds, { ...this.#account.series.labels, ...outcome }, caller);
      onEnd();
    });
    return task.run(begin);
  }

  /** What throws while it is collected would take the series of all others with it. */
  #ask<N extends number | undefined>(question: (pool: WorkerPool) => N): N | 0 {
    try {
      return question(this.#pool);
    } catch (fault) {
      reportFault('executions', 'asking a pool', fault);
      return 0;
    }
  }

  /** Counts a task that has ended. What was cancelled is neither processed nor failed. */
  #settled(end: LifetimeEnd, error: unknown): string {
    if (end === 'cancelled' || (end === 'error' && isAbort(error))) return 'cancelled';
    const failed = end === 'ok' ? 0 : 1;
    this.#processed++;
    this.#failed += failed;
    if (this.#isRetired) this.#account.series.late(1, failed);
    return failed === 0 ? 'none' : this.#account.failed('item', error);
  }
}
