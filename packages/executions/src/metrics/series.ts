import type { Attributes, Context } from '@opentelemetry/api';
import { type BoundCounter, BoundedWords, type BoundRecorder, MAX_ERROR_TYPES } from '@org/instrument-core';
import type { WorkerEnd } from '../events.ts';
import type { FailureScope } from '../hooks.ts';
import type { Figures } from './figures.ts';
import type { Instruments } from './instruments.ts';

/**
 * The series of one name and one set of labels. Executions count for themselves; what they have counted is looked at when it
 * is collected, and taken over when they end.
 */
export class ExecutionSeries {
  readonly labels: Attributes;
  readonly #instruments: Instruments;
  readonly #live = new Set<Figures>();
  readonly #errorTypes = new BoundedWords(MAX_ERROR_TYPES);
  readonly #counters = new Map<string, BoundCounter>();
  readonly #recorders = new Map<string, BoundRecorder>();
  #processed = 0;
  #failed = 0;
  #running = 0;
  #had: { executions: boolean; total: boolean; queue: boolean; workers: boolean; idle: boolean };

  constructor(labels: Attributes, instruments: Instruments) {
    this.labels = labels;
    this.#instruments = instruments;
    this.#had = { executions: false, total: false, queue: false, workers: false, idle: false };
  }

  /** From now on the figures are part of the series. */
  add(figures: Figures): void {
    this.#live.add(figures);
  }

  /** The figures have come to their end. */
  retire(figures: Figures): void {
    if (!this.#live.delete(figures)) return;
    this.#processed += figures.processed;
    this.#failed += figures.failed;
    this.#remember(figures);
  }

  /** Items counted after the end. */
  late(processed: number, failed: number): void {
    this.#processed += processed;
    this.#failed += failed;
  }

  executionStarted(): void {
    this.#running++;
    this.#had.executions = true;
  }

  executionEnded(seconds: number, errorType: string, context: Context | undefined): void {
    this.#running--;
    this.#recorder('executions', errorType).record(seconds, context);
  }

  chunkEnded(seconds: number, errorType: string, context: Context | undefined): void {
    this.#recorder('chunks', errorType).record(seconds, context);
  }

  workerStarted(): void {
    this.#counter('workersStarted', '', {}).add(1);
  }

  workerEnded(reason: WorkerEnd): void {
    this.#counter('workersEnded', reason, { reason }).add(1);
  }

  error(scope: FailureScope, type: string): void {
    this.#counter('errors', `${scope} ${type}`, { scope, error_type: type }).add(1);
  }

  /** A class of errors as a label: the first 50, then `other`. */
  admit(type: string): string {
    return this.#errorTypes.admit(type);
  }

  get processed(): number {
    return this.#sum(this.#processed, (figures) => figures.processed);
  }

  get failed(): number {
    return this.#sum(this.#failed, (figures) => figures.failed);
  }

  get throughput(): number {
    return this.#sum(0, (figures) => figures.rate());
  }

  /** `undefined`, here and below, as long as it never was anything: such series are not shown. */
  get running(): number | undefined {
    return this.#had.executions ? this.#running : undefined;
  }

  get remaining(): number | undefined {
    return this.#current('total', (figures) => figures.remaining);
  }

  get queued(): number | undefined {
    return this.#current('queue', (figures) => figures.queued);
  }

  get activeWorkers(): number | undefined {
    return this.#current('workers', (figures) => figures.activeWorkers);
  }

  get idleWorkers(): number | undefined {
    return this.#current('idle', (figures) => figures.idleWorkers);
  }

  #current(
    what: 'total' | 'queue' | 'workers' | 'idle',
    of: (figures: Figures) => number | undefined,
  ): number | undefined {
    for (const figures of this.#live) this.#remember(figures);
    return this.#had[what] ? this.#sum(0, (figures) => of(figures) ?? 0) : undefined;
  }

  #remember({ remaining, queued, activeWorkers, idleWorkers }: Figures): void {
    if (remaining !== undefined) this.#had.total = true;
    if (queued !== undefined) this.#had.queue = true;
    if (activeWorkers !== undefined) this.#had.workers = true;
    if (idleWorkers !== undefined) this.#had.idle = true;
  }

  #sum(retired: number, of: (figures: Figures) => number): number {
    let sum = retired;
    for (const figures of this.#live) sum += of(figures);
    return sum;
  }

  #counter(of: 'errors' | 'workersStarted' | 'workersEnded', key: string, more: Attributes): BoundCounter {
    const whole = `${of} ${key}`;
    let counter = this.#counters.get(whole);
    if (counter === undefined) {
      counter = this.#instruments[of].bind({ ...this.labels, ...more });
      this.#counters.set(whole, counter);
    }
    return counter;
  }

  #recorder(of: 'executions' | 'chunks', errorType: string): BoundRecorder {
    const key = `${of} ${errorType}`;
    let recorder = this.#recorders.get(key);
    if (recorder === undefined) {
      const outcome = { success: errorType === 'none', error_type: errorType };
      recorder = this.#instruments[of].bind({ ...this.labels, ...outcome });
      this.#recorders.set(key, recorder);
    }
    return recorder;
  }
}
