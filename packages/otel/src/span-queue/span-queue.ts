import { context, diag, type MeterProvider, TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-node';
import { UNTRACED } from '../suppress-tracing.ts';
import { QueueMetrics } from './queue-metrics.ts';

const DEFAULT_MAX_QUEUE_SIZE = 2_048;
const DEFAULT_MAX_EXPORT_BATCH_SIZE = 512;
const DEFAULT_SCHEDULED_DELAY_MILLIS = 5_000;
const DEFAULT_EXPORT_TIMEOUT_MILLIS = 30_000;

/** The SDK's `ExportResultCode`, by value. */
const SUCCESS = 0;

/** Options of a {@link SpanQueue}; defaults are the specification's ("Batching processor"). */
export interface SpanQueueOptions {
  readonly exporter: SpanExporter;
  /** Takes the queue's metrics about itself. */
  readonly meters: MeterProvider;
  /** Told of exports that failed and that nobody waited for. */
  readonly onError: (error: unknown) => void;
  /** Spans kept before new ones are dropped and counted. Default 2,048. */
  readonly maxQueueSize?: number | undefined;
  /** Spans per export. Default 512. */
  readonly maxExportBatchSize?: number | undefined;
  /** Longest time a span waits for its batch to fill. Default 5 s. */
  readonly scheduledDelayMillis?: number | undefined;
  /** Longest wait for one export, after which the next one may start. Default 30 s. */
  readonly exportTimeoutMillis?: number | undefined;
}

/**
 * Keeps ended spans and exports them in batches, one at a time, as the specification's batching processor. Beyond what
 * the SDK's does, it can hand out at once what is not delivered yet ({@link SpanQueue.drain}).
 */
export class SpanQueue implements SpanProcessor {
  readonly #exporter: SpanExporter;
  readonly #metrics: QueueMetrics;
  readonly #onError: (error: unknown) => void;
  readonly #maxQueueSize: number;
  readonly #maxBatchSize: number;
  readonly #delayMillis: number;
  readonly #timeoutMillis: number;

  /** Spans are put into batches as they end, so that no batch has to be cut out later. */
  readonly #full: ReadableSpan[][] = [];
  #filling: ReadableSpan[] = [];
  #size = 0;
  /** How many spans came in since the start, and how many of these, the oldest, are done with. */
  #accepted = 0;
  #finished = 0;
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  /** The export on its way: resolves to why it failed, if it did. */
  #sending: Promise<unknown> | undefined;
  #unanswered: ReadableSpan[] = [];
  #stopping: Promise<void> | undefined;

  constructor(options: SpanQueueOptions) {
    this.#exporter = options.exporter;
    this.#onError = options.onError;
    this.#maxQueueSize = options.maxQueueSize ?? DEFAULT_MAX_QUEUE_SIZE;
    this.#maxBatchSize = Math.min(
      options.maxExportBatchSize ?? DEFAULT_MAX_EXPORT_BATCH_SIZE,
      this.#maxQueueSize,
    );
    this.#delayMillis = options.scheduledDelayMillis ?? DEFAULT_SCHEDULED_DELAY_MILLIS;
    this.#timeoutMillis = options.exportTimeoutMillis ?? DEFAULT_EXPORT_TIMEOUT_MILLIS;
    this.#metrics = new QueueMetrics(options.meters, this.#maxQueueSize, () => this.#size);
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if (this.#stopping !== undefined || (span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    if (this.#size >= this.#maxQueueSize) {
      this.#dropped++;
      this.#metrics.dropped();
      return;
    }
    if (this.#dropped > 0) this.#tellDropped();
    this.#size++;
    this.#accepted++;
    this.#filling.push(span);
    if (this.#filling.length >= this.#maxBatchSize) {
      this.#full.push(this.#filling);
      this.#filling = [];
    }
    if (this.#sending === undefined && (this.#timer === undefined || this.#full.length > 0)) this.#schedule();
  }

  /**
   * Exports every span that has ended, and waits for the export on its way. Rejects with the first failure of an export
   * that it has started.
   */
  forceFlush(): Promise<void> {
    return this.#stopping ?? this.#flush();
  }

  /** Takes no more spans, exports those that are left and stops the exporter. */
  shutdown(): Promise<void> {
    this.#stopping ??= this.#flush().finally(() => {
      this.#metrics.stop();
      return this.#exporter.shutdown();
    });
    return this.#stopping;
  }

  /**
   * Takes out, at once, all that is not known to be delivered. Spans whose export has not been answered are among them
   * and may arrive twice: a backend knows a span that it has by its id, but nothing brings back one that is lost.
   */
  drain(): ReadableSpan[] {
    const spans = [...this.#unanswered, ...this.#full.flat(), ...this.#filling];
    this.#clearTimer();
    this.#unanswered = [];
    this.#full.length = 0;
    this.#filling = [];
    this.#size = 0;
    this.#finished = this.#accepted;
    return spans;
  }

  /** Exports a full batch at once, and one that is not full when the delay is over. */
  #schedule(): void {
    if (this.#full.length > 0) this.#sendInBackground();
    else if (this.#size > 0) {
      this.#timer ??= setTimeout(() => this.#sendInBackground(), this.#delayMillis).unref();
    }
  }

  #sendInBackground(): void {
    void this.#sendNext().then((error) => {
      if (error !== undefined) this.#onError(error);
    });
  }

  async #flush(): Promise<void> {
    const upTo = this.#accepted;
    const errors: unknown[] = [];
    while (this.#finished < upTo) {
      if (this.#sending !== undefined) await this.#sending;
      else {
        const error = await this.#sendNext();
        if (error !== undefined) errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  /** Exports the oldest batch. Resolves to why it failed, if it did. */
  #sendNext(): Promise<unknown> {
    this.#clearTimer();
    const batch = this.#full.shift() ?? this.#filling;
    if (batch === this.#filling) this.#filling = [];
    this.#size -= batch.length;
    this.#unanswered = batch;
    const upTo = this.#finished + batch.length;
    this.#sending = this.#export(batch).then(
      () => this.#sent(upTo),
      (error: unknown) => this.#sent(upTo, error),
    );
    return this.#sending;
  }

  #sent(upTo: number, error?: unknown): unknown {
    this.#sending = undefined;
    this.#unanswered = [];
    this.#finished = Math.max(this.#finished, upTo);
    this.#schedule();
    return error;
  }

  async #export(batch: ReadableSpan[]): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const reason = `The export of ${batch.length} spans took longer than ${this.#timeoutMillis} ms`;
      timer = setTimeout(() => reject(new Error(reason)), this.#timeoutMillis).unref();
    });
    try {
      await Promise.race([this.#answered(batch), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #answered(batch: ReadableSpan[]): Promise<void> {
    const pending = pendingResources(batch);
    if (pending.length > 0) await Promise.all(pending);
    await new Promise<void>((resolve, reject) => {
      context.with(UNTRACED, () =>
        this.#exporter.export(batch, ({ code, error }) => {
          const failure =
            code === SUCCESS ? undefined : (error ?? new Error('The exporter failed to say why'));
          this.#metrics.finished(batch.length, failure);
          if (failure === undefined) resolve();
          else reject(failure);
        }),
      );
    });
  }

  #clearTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #tellDropped(): void {
    diag.warn(
      `${this.#dropped} spans were dropped: the queue was full (maxQueueSize ${this.#maxQueueSize}).`,
    );
    this.#dropped = 0;
  }
}

/** What the resources of the spans still wait for; nearly always it is one resource, and nothing. */
function pendingResources(batch: readonly ReadableSpan[]): (void | Promise<void>)[] {
  const resources = new Set(batch.map(({ resource }) => resource));
  return [...resources]
    .filter(({ asyncAttributesPending }) => asyncAttributesPending)
    .map((resource) => resource.waitForAsyncAttributes?.());
}
