import { setTimeout as sleep } from 'node:timers/promises';
import type { ExportResult } from '@opentelemetry/core';
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { type Collection, type Collector, untraced, within } from '@org/instrument-core';
import { fault } from './diagnostics.ts';
import { fateOf, isAbsent } from './undelivered.ts';

/** The SDK's `ExportResultCode`, by value. */
const SUCCESS = 0;
const FAILED = 1;
/** Longest time for the callbacks of one push: one that hangs must leave time to send what the others observed. */
const MAX_CALLBACK_MILLIS = 2_000;
/** Pushes in a row that the receiver may break down over before it is the data that is taken to be at fault. */
const MAX_DOUBTS = 3;
/** Time between the last pushes, where one is shorter than the time that is left: an export that has more pauses by itself. */
const LAST_PAUSE_MILLIS = 500;

/** What a {@link PeriodicReader} is made of. */
export interface PeriodicReaderOptions {
  readonly exporter: PushMetricExporter;
  readonly collector: Collector;
  /** Makes a collection what the exporter takes. */
  readonly toMetrics: (collection: Collection) => ResourceMetrics;
  /** Time between two pushes. */
  readonly intervalMillis: number;
  /** Longest time for one push, at most the interval. Callbacks have half of it, at most 2 s. */
  readonly timeoutMillis: number;
  /** Time that whoever flushes or shuts down waits in all. Callbacks have a quarter of it. */
  readonly flushMillis: number;
  /**
   * Once aborted, nothing more is collected, and what is not known to be delivered is left to whoever goes on from the
   * collector, at once: the next reader may come right then.
   */
  readonly stop: AbortSignal;
}

/**
 * Pushes every interval what a collector has collected, as the SDK's `PeriodicExportingMetricReader`. Beyond what that
 * does, it takes back a collection that was not delivered, so that deltas are not lost with the push that failed; and
 * nothing of it keeps the process alive.
 *
 * What the receiver refuses is not taken back, because the next push would be refused with it; nor is what it has broken
 * down over three times in a row.
 */
export class PeriodicReader {
  readonly #options: PeriodicReaderOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #callbackMillis: number;
  #pushing: Promise<void> | undefined;
  #unanswered: Collection | undefined;
  #doubts = 0;
  /** Nobody was there for the last push. */
  #isAwaited = false;
  /** How many wait for a push. */
  #waiting = 0;
  #isStopped = false;
  #isClosed = false;

  constructor(options: PeriodicReaderOptions) {
    this.#options = options;
    const { stop } = options;
    this.#callbackMillis = Math.min(options.timeoutMillis / 2, MAX_CALLBACK_MILLIS);
    this.#timer = setInterval(() => void this.#push(this.#callbackMillis), options.intervalMillis).unref();
    if (stop.aborted) this.#close();
    else stop.addEventListener('abort', () => this.#close(), { once: true });
  }

  /** Pushes what is recorded, after a push on its way. Does not reject when a push fails: that is said and counted. */
  async flush(): Promise<void> {
    if (this.#isStopped) return;
    this.#waiting++;
    try {
      this.#hurry();
      await this.#pushing;
      if (this.#isStopped) return;
      // Another flush may have begun one meanwhile, with all that was recorded before.
      await this.#push(Math.min(this.#options.flushMillis / 4, this.#callbackMillis));
    } finally {
      this.#waiting--;
    }
    await this.#options.exporter.forceFlush();
  }

  /**
   * Pushes what is recorded for the last time, again while nobody is there to take it and whoever waits has time, and stops
   * the exporter.
   */
  async shutdown(): Promise<void> {
    clearInterval(this.#timer);
    const endsAt = performance.now() + this.#options.flushMillis - LAST_PAUSE_MILLIS;
    try {
      await this.flush();
      while (this.#isAwaited && !this.#isClosed && performance.now() < endsAt) {
        await sleep(LAST_PAUSE_MILLIS, undefined, { ref: false });
        await this.flush();
      }
      this.#isStopped = true;
      await this.#options.exporter.shutdown();
    } finally {
      this.#close();
    }
  }

  /** Takes back what is on its way: the collector's next collection holds all that is not known to be delivered. */
  takeBack(): void {
    if (this.#unanswered !== undefined) this.#options.collector.restore(this.#unanswered);
    this.#unanswered = undefined;
  }

  /** Once: the collector may be that of another reader afterwards. */
  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isStopped = true;
    clearInterval(this.#timer);
    this.takeBack();
    this.#options.collector.close();
  }

  /** Somebody waits for an export on its way, which may pause between its attempts. What fails is said by the push. */
  #hurry(): void {
    if (this.#unanswered !== undefined) void this.#options.exporter.forceFlush().catch(() => {});
  }

  #push(callbackMillis: number): Promise<void> {
    this.#pushing ??= this.#collectAndExport(callbackMillis)
      .catch((error: unknown) => fault('export', error))
      .finally(() => {
        this.#pushing = undefined;
      });
    return this.#pushing;
  }

  async #collectAndExport(callbackMillis: number): Promise<void> {
    const { collector, toMetrics } = this.#options;
    const collection = await collector.collect({ timeoutMillis: callbackMillis });
    if (this.#isClosed) {
      collector.restore(collection);
      return;
    }
    for (const error of collection.errors) fault('callback', error);
    if (collection.scopes.length === 0) return;
    this.#unanswered = collection;
    this.#isAwaited = false;
    let fate: ReturnType<typeof fateOf> = 'doubtful';
    try {
      // What fails here, fails over the data.
      const metrics = toMetrics(collection);
      const { code, error } = await this.#export(metrics);
      if (code === SUCCESS) {
        this.#unanswered = undefined;
        this.#doubts = 0;
        return;
      }
      fate = fateOf(error);
      this.#isAwaited = isAbsent(error);
      throw error ?? new Error('The exporter failed to say why');
    } finally {
      if (this.#unanswered === collection) this.#settle(fate);
    }
  }

  #settle(fate: ReturnType<typeof fateOf>): void {
    this.#doubts = fate === 'doubtful' ? this.#doubts + 1 : 0;
    if (fate === 'kept' || (fate === 'doubtful' && this.#doubts < MAX_DOUBTS)) this.takeBack();
    else this.#doubts = 0;
    this.#unanswered = undefined;
  }

  async #export(metrics: ResourceMetrics): Promise<ExportResult> {
    const { exporter, timeoutMillis, stop } = this.#options;
    const { resource } = metrics;
    if (resource.asyncAttributesPending) await resource.waitForAsyncAttributes?.();
    stop.throwIfAborted();
    const answered = new Promise<ExportResult>((resolve) =>
      untraced(() => exporter.export(metrics, resolve)),
    );
    if (this.#waiting > 0) this.#hurry();
    // Begun after the exporter's own timer, which closes the connection and says more.
    return within(answered, timeoutMillis, () => ({
      code: FAILED,
      error: new Error(`The export took longer than ${timeoutMillis} ms`),
    }));
  }
}
