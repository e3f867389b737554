import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { SpanBatch } from './span-batch.ts';

/** Batches that wait for spans again: one fills while the one before is on its way. */
const MAX_SPARE_BATCHES = 2;

/** Ended spans that wait for their export. They are put into batches as they end, so that none has to be cut out later. */
export class WaitingSpans<Items> {
  readonly #createBatch: () => SpanBatch<Items>;
  readonly #maxBatchSize: number;
  /** From the oldest on. */
  readonly #due: SpanBatch<Items>[] = [];
  #filling: SpanBatch<Items>;
  readonly #spare: SpanBatch<Items>[] = [];
  #size = 0;
  #taken = 0;

  constructor(createBatch: () => SpanBatch<Items>, maxBatchSize: number) {
    this.#createBatch = createBatch;
    this.#maxBatchSize = maxBatchSize;
    this.#filling = createBatch();
  }

  /** Spans that wait. */
  get size(): number {
    return this.#size;
  }

  /** Spans that were taken out since the start: when it has grown by `size`, all that wait now are among them. */
  get taken(): number {
    return this.#taken;
  }

  /** Whether a batch waits for nothing but its turn. */
  get isDue(): boolean {
    return this.#due.length > 0;
  }

  /** Adds a span. Throws what the batch throws, and has added nothing then. */
  add(span: ReadableSpan): void {
    this.#filling.add(span);
    this.#size++;
    if (this.#filling.size < this.#maxBatchSize) return;
    this.#due.push(this.#filling);
    this.#filling = this.#emptyBatch();
  }

  /** Takes out the oldest batch, full or not. */
  take(): SpanBatch<Items> {
    const batch = this.#due.shift() ?? this.#filling;
    if (batch === this.#filling) this.#filling = this.#emptyBatch();
    this.#size -= batch.size;
    this.#taken += batch.size;
    return batch;
  }

  /** Takes out all that have spans. */
  takeAll(): SpanBatch<Items>[] {
    const batches: SpanBatch<Items>[] = [];
    while (this.#size > 0) batches.push(this.take());
    return batches;
  }

  /** Takes back a batch that was not delivered; its turn comes after those that wait for theirs. */
  putBack(batch: SpanBatch<Items>): void {
    const { size } = batch;
    const last = this.#due.at(-1);
    // One flush after another would make a batch of each few spans, with the memory that a batch has at least.
    if (last !== undefined && last.size + size <= this.#maxBatchSize) {
      last.append(batch.items);
      this.reuse(batch);
    } else this.#due.push(batch);
    this.#size += size;
  }

  /** Takes back a batch that nobody has a use for any more, to be filled anew. */
  reuse(batch: SpanBatch<Items>): void {
    batch.clear();
    if (this.#spare.length < MAX_SPARE_BATCHES) this.#spare.push(batch);
  }

  #emptyBatch(): SpanBatch<Items> {
    return this.#spare.pop() ?? this.#createBatch();
  }
}
