import type { Context } from '@opentelemetry/api';
import type { Account } from './account.ts';

/** Items counted so far. */
export interface Counts {
  readonly processed: number;
  readonly failed: number;
}

/** How a chunk ended. */
export interface ChunkResult {
  readonly index: number;
  readonly items: number;
  readonly failed: number;
  readonly durationMillis: number;
  /** `'none'`, `'cancelled'`, or the class of the error. */
  readonly errorType: string;
  /** Of the chunk's span. */
  readonly context?: Context | undefined;
}

/** The chunks of an execution: those that it marks itself, or else one after each so many items. */
export class Chunks {
  readonly #account: Account | undefined;
  readonly #size: number;
  #isMarked = false;
  #index = 0;
  #completed = 0;
  #open = 0;
  #overlaps = 0;
  /** Where the automatic chunk under way began. */
  #begun: Counts = { processed: 0, failed: 0 };
  #begunMillis: number;

  /** `size`: items of an automatic chunk; `undefined`: there are none. */
  constructor(account: Account | undefined, size: number | undefined, startMillis: number) {
    this.#account = account;
    this.#size = account === undefined ? Number.POSITIVE_INFINITY : (size ?? Number.POSITIVE_INFINITY);
    this.#begunMillis = startMillis;
  }

  get completed(): number {
    return this.#completed;
  }

  /** How often a chunk began while another was under way. */
  get overlaps(): number {
    return this.#overlaps;
  }

  /** Number of processed items with which the automatic chunk under way is complete. */
  get next(): number {
    return this.#isMarked ? Number.POSITIVE_INFINITY : this.#begun.processed + this.#size;
  }

  /** A marked chunk begins: from now on there are no automatic ones. Returns its number. */
  begin(): number {
    this.#isMarked = true;
    if (this.#open++ > 0) this.#overlaps++;
    return this.#index++;
  }

  /** Whether marked chunks are under way. */
  get isOpen(): boolean {
    return this.#open > 0;
  }

  /** A marked chunk has ended. */
  end(result: ChunkResult): void {
    this.#open--;
    this.#complete(result);
  }

  /** Items were counted: completes the automatic chunk when it has all of its items. Many at once make one chunk. */
  passed(counts: Counts, nowMillis: number): void {
    if (counts.processed >= this.next) this.#cut(counts, nowMillis, 'none');
  }

  /** The execution has ended; what is left is the last automatic chunk. */
  close(counts: Counts, nowMillis: number, errorType: string): void {
    const isUnderWay = Number.isFinite(this.next) && counts.processed > this.#begun.processed;
    if (isUnderWay) this.#cut(counts, nowMillis, errorType);
  }

  #cut({ processed, failed }: Counts, nowMillis: number, errorType: string): void {
    const begun = this.#begun;
    const durationMillis = nowMillis - this.#begunMillis;
    this.#begun = { processed, failed };
    this.#begunMillis = nowMillis;
    this.#complete({
      index: this.#index++,
      items: processed - begun.processed,
      failed: failed - begun.failed,
      durationMillis,
      errorType,
    });
  }

  #complete({ index: chunk, items, failed, durationMillis, errorType, context }: ChunkResult): void {
    this.#completed++;
    if (this.#account === undefined) return;
    const { series, observers } = this.#account;
    series.chunkEnded(durationMillis / 1_000, errorType, context);
    const success = errorType === 'none';
    observers.tell('execution.chunk.completed', () => ({
      chunk,
      items,
      failed,
      durationMillis,
      success,
      errorType,
    }));
  }
}
