import type { Attributes } from '@opentelemetry/api';
import { MAX_TIMER_MILLIS, monotonicMillis } from '@org/instrument-core';
import type { ExecutionOutcome } from '../events.ts';
import type { ExecutionChunk, ExecutionRun, ExecutionWorker } from '../execution.ts';
import type { Figures } from '../metrics/figures.ts';
import { type Progress, progressOf } from '../progress.ts';
import type { ExecutionSettings } from '../settings.ts';
import type { Account } from './account.ts';
import { Cancellation } from './cancellation.ts';
import { Chunks } from './chunks.ts';
import type { Crew } from './crew.ts';
import { ClockGate } from './gate.ts';
import { InnerWorker } from './inner-worker.ts';
import { Lifetime, type LifetimeEnd } from './lifetime.ts';
import { MarkedChunk } from './marked-chunk.ts';
import { Pace } from './pace.ts';
import { Roster } from './roster.ts';
import { closeSpan, type OpenedSpan } from './span.ts';
import { summaryOf } from './summary.ts';

/** More often than this nobody can read it. */
const MIN_PROGRESS_MILLIS = 10;

/** What a run is made of. */
export interface RunParts {
  readonly id: string;
  readonly settings: ExecutionSettings;
  readonly startMillis: number;
  /** `undefined`: nothing is recorded and nobody is told. */
  readonly account: Account | undefined;
  readonly span: OpenedSpan | undefined;
}

/**
 * An execution under way. Counting an item is an addition and a comparison; whatever else there is to do when items pass
 * is done at the gate, a number of items that is set so that it is reached a few times in `progressInterval`.
 */
export class Run implements ExecutionRun, Figures {
  readonly lifetime: Lifetime = new Lifetime((end, error) => this.#finish(end, error));
  readonly id: string;
  readonly roster: Roster;
  readonly settings: ExecutionSettings;
  readonly #account: Account | undefined;
  readonly #span: OpenedSpan | undefined;
  readonly #startMillis: number;
  readonly #progressMillis: number;
  readonly #cancellation: Cancellation;
  readonly #chunks: Chunks;
  readonly #clock: ClockGate;
  readonly #pace: Pace;
  readonly #crews = new Set<Crew>();
  #processed = 0;
  #failed = 0;
  /** Number of processed items with which more is to be done than to count. */
  #gate: number;
  #total: number | undefined;
  #queued: number | undefined;
  #toldMillis: number;
  #timer: NodeJS.Timeout | undefined;
  /** The series has taken the counts over. */
  #isRetired = false;

  constructor({ id, settings, startMillis, account, span }: RunParts) {
    this.id = id;
    this.settings = settings;
    this.#account = account;
    this.#span = span;
    this.#startMillis = startMillis;
    this.#toldMillis = startMillis;
    const { progressMillis } = settings;
    this.#progressMillis = Math.min(MAX_TIMER_MILLIS, Math.max(MIN_PROGRESS_MILLIS, progressMillis));
    this.#cancellation = new Cancellation(settings.signal);
    this.#chunks = new Chunks(account, settings.chunkSize, startMillis);
    this.#clock = new ClockGate(this.#progressMillis, startMillis);
    this.#pace = new Pace(startMillis);
    this.#total = settings.items;
    this.#gate = account === undefined ? Number.POSITIVE_INFINITY : 1;
    this.roster = new Roster(account);
    this.lifetime.context = span?.context;
  }

  get name(): string {
    return this.settings.name;
  }

  get labels(): Attributes {
    return this.settings.labels;
  }

  get signal(): AbortSignal {
    return this.#cancellation.signal;
  }

  get processed(): number {
    return this.#processed;
  }

  get failed(): number {
    return this.#failed;
  }

  get remaining(): number | undefined {
    return this.#total === undefined ? undefined : Math.max(0, this.#total - this.#processed);
  }

  get queued(): number | undefined {
    if (this.#crews.size === 0) return this.#queued;
    let queued = this.#queued ?? 0;
    for (const crew of this.#crews) queued += crew.queued;
    return queued;
  }

  get activeWorkers(): number | undefined {
    if (this.roster.started === 0) return undefined;
    let active = this.roster.running;
    for (const crew of this.#crews) active -= crew.idle;
    return Math.max(0, active);
  }

  /** Those of a pool that works for it are shown under the pool's name. */
  get idleWorkers(): undefined {
    return undefined;
  }

  rate(): number {
    return this.#pace.ratePerSecond(monotonicMillis(), this.#processed);
  }

  /** Tells that it begins. */
  begin(): void {
    const account = this.#account;
    if (account === undefined) return;
    account.series.add(this);
    account.series.executionStarted();
    this.#timer = setInterval(() => this.#tick(), this.#progressMillis).unref();
    const { items: total, workers } = this.settings;
    account.observers.tell('execution.started', () => ({ total, workers }), this);
  }

  itemDone(count = 1): void {
    if (count !== 1 && !(Number.isSafeInteger(count) && count >= 0)) {
      this.lifetime.report(
        'counting items',
        new TypeError(`itemDone was given ${String(count)}, not a whole number ≥ 0`),
      );
      return;
    }
    this.#processed += count;
    if (this.#processed >= this.#gate) this.#pass(count, 0);
  }

  itemFailed(error?: unknown): void {
    this.#failed++;
    this.#processed++;
    try {
      this.#account?.failed('item', error);
    } catch (fault) {
      this.lifetime.report('recording a failed item', fault);
    }
    if (this.#processed >= this.#gate) this.#pass(1, 1);
  }

  addTotal(count: number): void {
    if (!Number.isSafeInteger(count)) {
      this.lifetime.report(
        'adding to the total',
        new TypeError(`addTotal was given ${String(count)}, not a whole number`),
      );
      return;
    }
    this.#total = Math.max(0, (this.#total ?? 0) + count);
  }

  chunk<R>(work: (chunk: ExecutionChunk) => R): R {
    const account = this.lifetime.ended ? undefined : this.#account;
    const isTraced = account !== undefined && this.settings.spans;
    const chunk = new MarkedChunk({
      chunks: this.lifetime.ended ? new Chunks(undefined, undefined, 0) : this.#chunks,
      account,
      items: this,
      spanName: isTraced ? `${this.name}.chunk` : undefined,
    });
    return chunk.lifetime.run(() => work(chunk));
  }

  worker<R>(work: (worker: ExecutionWorker) => R, id?: string): R {
    const worker = new InnerWorker(this.roster, this, id);
    return worker.lifetime.run(() => work(worker));
  }

  startWorker(id?: string): ExecutionWorker {
    return new InnerWorker(this.roster, this, id);
  }

  queueDepth(items: number): void {
    if (Number.isFinite(items)) this.#queued = Math.max(0, items);
  }

  cancel(reason?: unknown): void {
    this.#cancellation.abort(reason);
  }

  /** Aborts the signal, for whatever still heeds it, since the work has come to its end, by `cause` if it has failed. */
  halt(cause?: unknown): void {
    this.#cancellation.halt(cause);
  }

  /** A pool works for the execution from now on, until the function returned is called. */
  employ(crew: Crew): () => void {
    if (!this.lifetime.ended) this.#crews.add(crew);
    return () => void this.#crews.delete(crew);
  }

  progress(): Progress {
    return this.#progressAt(monotonicMillis());
  }

  #finish(end: LifetimeEnd, error: unknown): void {
    clearInterval(this.#timer);
    this.#gate = Number.NEGATIVE_INFINITY;
    const ending = this.#cancellation.endOf(end, error, this.remaining === 0);
    this.#cancellation.release();
    const account = this.#account;
    if (account === undefined) return;
    const endMillis = monotonicMillis();
    const errorType = errorTypeIn(account, ending, error);
    const { series, observers } = account;
    this.#chunks.close(this, endMillis, errorType);
    this.roster.dissolve();
    this.#crews.clear();
    observers.tell('execution.progress', () => this.#progressAt(endMillis));
    if (this.#span !== undefined) {
      const outcomeOfSpan = ending === 'completed' ? 'ok' : ending === 'failed' ? 'error' : 'cancelled';
      closeSpan(this.#span, endMillis, this.#spanAttributes(), outcomeOfSpan, errorType, error);
    }
    series.executionEnded((endMillis - this.#startMillis) / 1_000, errorType, this.lifetime.context);
    series.retire(this);
    this.#isRetired = true;
    const errors = { errorType, error, firstError: account.firstError };
    observers.tell(`execution.${ending}`, () =>
      summaryOf(ending, this.#progressAt(endMillis), this.roster.started, errors),
    );
  }

  #tick(): void {
    try {
      this.#tellProgress(monotonicMillis());
    } catch (fault) {
      this.lifetime.report('telling the progress', fault);
    }
  }

  /** Does what is to be done now that so many items have passed. */
  #pass(processed: number, failed: number): void {
    try {
      if (this.lifetime.ended) {
        // Until it is retired, a hook that counts at the end counts as everybody does.
        if (this.#isRetired) this.#account?.series.late(processed, failed);
        return;
      }
      const nowMillis = monotonicMillis();
      this.#chunks.passed(this, nowMillis);
      if (nowMillis - this.#toldMillis >= this.#progressMillis) this.#tellProgress(nowMillis);
      this.#gate = Math.min(this.#chunks.next, this.#clock.next(nowMillis, this.#processed));
    } catch (fault) {
      this.lifetime.report('recording items', fault);
    }
  }

  #tellProgress(nowMillis: number): void {
    this.#toldMillis = nowMillis;
    this.#account?.observers.tell('execution.progress', () => this.#progressAt(nowMillis));
  }

  #progressAt(nowMillis: number): Progress {
    const facts = {
      processed: this.#processed,
      failed: this.#failed,
      total: this.#total,
      ratePerSecond: this.#pace.ratePerSecond(nowMillis, this.#processed),
      elapsedMillis: nowMillis - this.#startMillis,
      chunks: this.#chunks.completed,
      activeWorkers: this.activeWorkers ?? 0,
    };
    return progressOf(facts, (items) => this.#pace.millisFor(items, nowMillis, this.#processed));
  }

  #spanAttributes(): Attributes {
    return { 'execution.items.processed': this.#processed, 'execution.items.failed': this.#failed };
  }
}

function errorTypeIn(account: Account, ending: ExecutionOutcome, error: unknown): string {
  if (ending === 'completed') return 'none';
  return ending === 'cancelled' ? 'cancelled' : account.failed('execution', error);
}
