import { context } from '@opentelemetry/api';
import { isAbort, monotonicMillis } from '@org/instrument-core';
import type { ExecutionChunk, ItemCounter } from '../execution.ts';
import type { Account } from './account.ts';
import type { Chunks, Counts } from './chunks.ts';
import { Lifetime, type LifetimeEnd } from './lifetime.ts';
import { closeSpan, type OpenedSpan, openSpan } from './span.ts';

/** What a chunk is part of. */
export interface ChunkOwner {
  readonly chunks: Chunks;
  readonly account: Account | undefined;
  /** The items of the execution. */
  readonly items: ItemCounter & Counts;
  /** Name of the chunk's span; `undefined`: it has none. */
  readonly spanName: string | undefined;
}

/** A chunk that the execution marks. */
export class MarkedChunk implements ExecutionChunk {
  readonly lifetime: Lifetime = new Lifetime((end, error) => this.#finish(end, error));
  readonly index: number;
  readonly #owner: ChunkOwner;
  readonly #startMillis = monotonicMillis();
  readonly #span: OpenedSpan | undefined;
  readonly #wasAlone: boolean;
  readonly #overlaps: number;
  /** Counts of the execution when the chunk began. */
  readonly #before: Counts;
  #processed = 0;
  #failed = 0;

  constructor(owner: ChunkOwner) {
    const { chunks, items, spanName } = owner;
    this.#owner = owner;
    this.#wasAlone = !chunks.isOpen;
    this.index = chunks.begin();
    this.#overlaps = chunks.overlaps;
    this.#before = { processed: items.processed, failed: items.failed };
    this.#span =
      spanName === undefined
        ? undefined
        : openSpan(spanName, { 'execution.chunk': this.index }, this.#startMillis);
    this.lifetime.context = this.#span?.context;
  }

  itemDone(count = 1): void {
    const { items } = this.#owner;
    const before = items.processed;
    items.itemDone(count);
    this.#processed += items.processed - before;
  }

  itemFailed(error?: unknown): void {
    this.#processed++;
    this.#failed++;
    this.#owner.items.itemFailed(error);
  }

  #finish(end: LifetimeEnd, error: unknown): void {
    const { chunks, account } = this.#owner;
    const endMillis = monotonicMillis();
    const isCancelled = end === 'cancelled' || (end === 'error' && isAbort(error));
    const errorType =
      end === 'ok' ? 'none' : isCancelled ? 'cancelled' : (account?.failed('chunk', error) ?? 'none');
    const counts = this.#counts();
    if (this.#span !== undefined) {
      const attributes = {
        'execution.items.processed': counts.processed,
        'execution.items.failed': counts.failed,
      };
      closeSpan(this.#span, endMillis, attributes, isCancelled ? 'cancelled' : end, errorType, error);
    }
    chunks.end({
      index: this.index,
      items: counts.processed,
      failed: counts.failed,
      durationMillis: endMillis - this.#startMillis,
      errorType,
      context: this.lifetime.context ?? context.active(),
    });
  }

  /** The items of the chunk: all that were counted, if it was alone all the time, and otherwise those counted on it. */
  #counts(): Counts {
    const { chunks, items } = this.#owner;
    if (!this.#wasAlone || chunks.overlaps !== this.#overlaps) {
      return { processed: this.#processed, failed: this.#failed };
    }
    return {
      processed: items.processed - this.#before.processed,
      failed: items.failed - this.#before.failed,
    };
  }
}
