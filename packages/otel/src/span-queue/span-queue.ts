import { setTimeout as sleep } from 'node:timers/promises';
import { type MeterProvider, TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import { counted, MAX_TIMER_MILLIS, tell, within } from '@org/instrument-core';
import { type BatchExporter, exportBatch } from './batch-exporter.ts';
import { QueueMetrics } from './queue-metrics.ts';
import type { SpanBatch } from './span-batch.ts';
import { WaitingSpans } from './waiting-spans.ts';

const DEFAULT_MAX_QUEUE_SIZE = 2_048;
const DEFAULT_MAX_EXPORT_BATCH_SIZE = 512;
const DEFAULT_SCHEDULED_DELAY_MILLIS = 5_000;
const DEFAULT_EXPORT_TIMEOUT_MILLIS = 30_000;

/** Pause before spans come again that a receiver was not there for: the longest that exports themselves make. */
const PAUSE_MILLIS = 5_000;
/** The same while somebody waits for the end. */
const LAST_PAUSE_MILLIS = 500;

/** That spans may be sent again as they are. */
export interface Resend {
  /** What the receiver asked to wait. */
  readonly waitMillis?: number | undefined;
}

/** Options of a {@link SpanQueue}; defaults are the specification's ("Batching processor"). */
export interface SpanQueueOptions<Items> {
  readonly exporter: BatchExporter<Items>;
  /** Makes an empty batch, in the form that the exporter takes. */
  readonly createBatch: () => SpanBatch<Items>;
  /** Takes the queue's metrics about itself. */
  readonly meters: MeterProvider;
  /** Told of exports that failed and that nobody waited for, and of spans that no batch could take. */
  readonly onError: (error: unknown) => void;
  /** Spans kept before new ones are dropped and counted. Default 2,048. */
  readonly maxQueueSize?: number | undefined;
  /** Spans per export. Default 512. */
  readonly maxExportBatchSize?: number | undefined;
  /** Longest time a span waits for its batch to fill. Default 5 s. */
  readonly scheduledDelayMillis?: number | undefined;
  /** Longest wait for one export, after which the next one may start. Default 30 s. */
  readonly exportTimeoutMillis?: number | undefined;
  /**
   * Whether spans whose export failed like this come again. They wait as others do, as far as the queue has room for them.
   * Default: they are lost.
   */
  readonly resend?: ((error: unknown) => Resend | undefined) | undefined;
  /** Once aborted, nothing comes again. */
  readonly stop?: AbortSignal | undefined;
  /** Exports at once while somebody waits for all that is left. Default 1, since an exporter need not be able to do more. */
  readonly flushConcurrency?: number | undefined;
}

/** An export on its way. */
interface Sending<Items> {
  readonly batch: SpanBatch<Items>;
  /** Its batch was handed out, and is nobody's business here any more. */
  isDrained: boolean;
  /** Resolves to why it failed, if it did. */
  end: Promise<unknown>;
}

/**
 * Keeps ended spans and exports them in batches, one at a time, as the specification's batching processor. Beyond what
 * the SDK's does, it keeps what a receiver was not there for, as far as it has room, can export several at once when it is
 * flushed, and hand out at once what is not delivered yet ({@link SpanQueue.drain}).
 */
export class SpanQueue<Items> implements SpanProcessor {
  readonly #exporter: BatchExporter<Items>;
  readonly #metrics: QueueMetrics;
  readonly #onError: (error: unknown) => void;
  readonly #maxQueueSize: number;
  readonly #delayMillis: number;
  readonly #timeoutMillis: number;
  readonly #flushConcurrency: number;
  readonly #resend: (error: unknown) => Resend | undefined;
  readonly #stop: AbortSignal | undefined;

  readonly #waiting: WaitingSpans<Items>;
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  /** The timer is that of a pause, for want of a receiver. */
  #isPausing = false;
  /** The pause while somebody waits for the end. */
  #lastPauseMillis = LAST_PAUSE_MILLIS;
  /** The exports on their way. */
  readonly #sending = new Set<Sending<Items>>();
  #stopping: Promise<void> | undefined;

  constructor(options: SpanQueueOptions<Items>) {
    this.#exporter = options.exporter;
    this.#onError = options.onError;
    this.#maxQueueSize = options.maxQueueSize ?? DEFAULT_MAX_QUEUE_SIZE;
    const maxBatchSize = options.maxExportBatchSize ?? DEFAULT_MAX_EXPORT_BATCH_SIZE;
    this.#waiting = new WaitingSpans(options.createBatch, Math.min(maxBatchSize, this.#maxQueueSize));
    this.#delayMillis = options.scheduledDelayMillis ?? DEFAULT_SCHEDULED_DELAY_MILLIS;
    this.#timeoutMillis = options.exportTimeoutMillis ?? DEFAULT_EXPORT_TIMEOUT_MILLIS;
    this.#flushConcurrency = options.flushConcurrency ?? 1;
    this.#resend = options.resend ?? (() => undefined);
    this.#stop = options.stop;
    this.#metrics = new QueueMetrics(options.meters, this.#maxQueueSize, () => this.#waiting.size);
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if (this.#stopping !== undefined || (span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    if (this.#waiting.size >= this.#maxQueueSize) {
      this.#dropped++;
      this.#metrics.dropped();
      return;
    }
    if (this.#dropped > 0) this.#tellDropped();
    if (!this.#add(span)) return;
    if (this.#sending.size === 0 && (this.#timer === undefined || this.#waiting.isDue)) this.#schedule();
  }

  /**
   * Exports every span that has ended, and waits for the exports on their way. Rejects with the first failure of an export
   * that it has started.
   */
  forceFlush(): Promise<void> {
    return this.#stopping ?? this.#flush();
  }

  /**
   * Takes no more spans, exports those that are left and stops the exporter. What comes again is sent again, until all is
   * delivered or `stop` is aborted.
   */
  shutdown(): Promise<void> {
    this.#stopping ??= this.#flushToTheEnd().finally(() => {
      this.#metrics.stop();
      return this.#exporter.shutdown();
    });
    return this.#stopping;
  }

  /**
   * Takes out, at once, all that is not known to be delivered. Spans whose export has not been answered are among them
   * and may arrive twice: a backend knows a span that it has by its id, but nothing brings back one that is lost. The
   * batches are good until the caller's turn is over.
   */
  drain(): SpanBatch<Items>[] {
    const unanswered = [...this.#sending].filter(({ isDrained }) => !isDrained);
    this.#clearTimer();
    for (const sending of unanswered) sending.isDrained = true;
    return [...unanswered.map(({ batch }) => batch), ...this.#waiting.takeAll()].filter(
      ({ size }) => size > 0,
    );
  }

  /** Adds a span to the batch that fills. What is wrong with one span neither costs others nor reaches who ended it. */
  #add(span: ReadableSpan): boolean {
    try {
      this.#waiting.add(span);
      return true;
    } catch (error) {
      this.#metrics.failed(1, error);
      this.#onError(error);
      return false;
    }
  }

  /**
   * After the exports on their way, and a pause: exports a full batch at once, and one that is not full when the delay is
   * over.
   */
  #schedule(): void {
    if (this.#sending.size > 0 || this.#isPausing) return;
    if (this.#waiting.isDue) this.#sendInBackground();
    else if (this.#waiting.size > 0) {
      this.#timer ??= setTimeout(() => this.#sendInBackground(), this.#delayMillis).unref();
    }
  }

  /** Exports nothing for a time, unless somebody flushes or an export on its way succeeds. */
  #pause({ waitMillis }: Resend): void {
    this.#clearTimer();
    this.#isPausing = true;
    this.#lastPauseMillis = Math.min(waitMillis ?? LAST_PAUSE_MILLIS, MAX_TIMER_MILLIS);
    const millis = Math.min(waitMillis ?? PAUSE_MILLIS, MAX_TIMER_MILLIS);
    this.#timer = setTimeout(() => this.#endPause(), millis).unref();
  }

  #endPause(): void {
    this.#clearTimer();
    this.#schedule();
  }

  #sendInBackground(): void {
    void this.#sendNext().then((error) => {
      if (error !== undefined) this.#onError(error);
    });
  }

  async #flush(): Promise<void> {
    const upTo = this.#waiting.taken + this.#waiting.size;
    const own: Promise<unknown>[] = [];
    this.#hurry();
    while (this.#waiting.taken < upTo) {
      if (this.#sending.size < this.#flushConcurrency) {
        own.push(this.#sendNext());
        this.#hurry();
      } else await Promise.race(this.#ends());
    }
    await Promise.all(this.#ends());
    const error = (await Promise.all(own)).find((each) => each !== undefined);
    if (error !== undefined) throw error;
  }

  async #flushToTheEnd(): Promise<void> {
    for (;;) {
      const [flushed] = await Promise.allSettled([this.#flush()]);
      if (this.#waiting.size === 0) {
        if (flushed.status === 'rejected') throw flushed.reason;
        return;
      }
      const end = { ref: false, ...(this.#stop === undefined ? {} : { signal: this.#stop }) };
      await sleep(this.#lastPauseMillis, undefined, end).catch(() => {});
    }
  }

  #ends(): Promise<unknown>[] {
    return Array.from(this.#sending, ({ end }) => end);
  }

  /** Somebody waits for what is on its way. What fails is the export's to say. */
  #hurry(): void {
    if (this.#sending.size > 0) void this.#exporter.forceFlush?.().catch(() => {});
  }

  /** Exports the oldest batch. Resolves to why it failed, if it did. */
  #sendNext(): Promise<unknown> {
    this.#clearTimer();
    const sending: Sending<Items> = {
      batch: this.#waiting.take(),
      isDrained: false,
      end: Promise.resolve(),
    };
    this.#sending.add(sending);
    sending.end = this.#export(sending).then(
      () => this.#sent(sending),
      (error: unknown) => this.#sent(sending, error),
    );
    return sending.end;
  }

  #sent(sending: Sending<Items>, error?: unknown): unknown {
    this.#sending.delete(sending);
    this.#schedule();
    return error;
  }

  #export(sending: Sending<Items>): Promise<void> {
    const { batch } = sending;
    // By then it may be empty.
    const { size } = batch;
    const answered = this.#answered(sending);
    return within(answered, this.#timeoutMillis, () => {
      throw new Error(`The export of ${counted(size, 'span')} took longer than ${this.#timeoutMillis} ms`);
    });
  }

  /** Exports a batch, and counts how that ended. */
  async #answered(sending: Sending<Items>): Promise<void> {
    const { batch } = sending;
    const { size } = batch;
    try {
      await exportBatch(this.#exporter, batch);
    } catch (error) {
      const resend = sending.isDrained ? undefined : this.#resend(error);
      if (resend !== undefined && this.#takeBack(batch)) this.#pause(resend);
      else this.#lose(batch, error);
      throw error ?? new Error('The exporter failed to say why');
    } finally {
      // Which may be long after it was given up for late.
      this.#sending.delete(sending);
    }
    this.#metrics.exported(size);
    this.#waiting.reuse(batch);
    if (this.#isPausing) this.#endPause();
  }

  /** Keeps what was not delivered, if there is room. Returns whether there is. */
  #takeBack(batch: SpanBatch<Items>): boolean {
    if (this.#stop?.aborted === true || this.#waiting.size + batch.size > this.#maxQueueSize) return false;
    this.#waiting.putBack(batch);
    return true;
  }

  #lose(batch: SpanBatch<Items>, error: unknown): void {
    this.#metrics.failed(batch.size, error);
    this.#waiting.reuse(batch);
  }

  #clearTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isPausing = false;
  }

  #tellDropped(): void {
    const what = counted(this.#dropped, 'span was', 'spans were');
    tell('warn', `${what} dropped: the queue was full (maxQueueSize ${this.#maxQueueSize}).`);
    this.#dropped = 0;
  }
}
