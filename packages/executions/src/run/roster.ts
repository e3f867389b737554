import { monotonicMillis } from '@org/instrument-core';
import type { WorkerEnd } from '../events.ts';
import type { Account } from './account.ts';
import { errorSummaryOf } from './error-summary.ts';

/** A worker that has begun. */
export interface Engagement {
  readonly id: string;
  readonly startMillis: number;
}

/** What is known of the end of a worker. */
export interface Departure {
  readonly reason: WorkerEnd;
  readonly exitCode?: number;
  /** What it failed with, when it did. */
  readonly error?: unknown;
}

/** The workers of an execution, a pool, or of neither: who has begun, and who has ended. */
export class Roster {
  readonly #account: Account | undefined;
  readonly #present = new Set<Engagement>();
  #started = 0;
  #isDissolved = false;

  constructor(account: Account | undefined) {
    this.#account = account;
  }

  /** Workers that have begun and not ended. */
  get running(): number {
    return this.#present.size;
  }

  get started(): number {
    return this.#started;
  }

  /** A worker begins; its number is its name unless it has one. */
  start(id: string = String(this.#started)): Engagement {
    const engagement = { id, startMillis: monotonicMillis() };
    // Whoever comes after the end is not entered, and so leaves without a word.
    if (this.#isDissolved) return engagement;
    this.#started++;
    this.#present.add(engagement);
    this.#account?.series.workerStarted();
    this.#account?.observers.tell('execution.worker.started', () => ({ worker: id, running: this.running }));
    return engagement;
  }

  /** A worker has ended. What is said of it again does nothing. */
  end(engagement: Engagement, { reason, exitCode, error }: Departure): void {
    if (!this.#present.delete(engagement) || this.#account === undefined) return;
    const { series, observers } = this.#account;
    const isFailure = reason === 'failed' || reason === 'exited';
    const errorType = isFailure ? this.#account.failed('worker', error) : 'none';
    series.workerEnded(reason);
    observers.tell('execution.worker.ended', () => ({
      worker: engagement.id,
      running: this.running,
      durationMillis: monotonicMillis() - engagement.startMillis,
      reason,
      exitCode,
      errorType,
      error: isFailure ? errorSummaryOf(error) : undefined,
    }));
  }

  /** What the workers belong to has ended before them. */
  dissolve(): void {
    this.#isDissolved = true;
    for (const engagement of [...this.#present]) this.end(engagement, { reason: 'left' });
  }
}
