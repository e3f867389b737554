import type { Batch } from '../encode/batch.ts';

/** Brings packets to a receiver. Nothing of it blocks, rejects, or keeps the process alive beyond what it is asked for. */
export interface Transport {
  /**
   * Sends a batch, as far as the operating system and the bounds let it; counts what is sent and what is not. The batch is
   * free again when the promise resolves: to why, if nothing at all of it was taken.
   */
  send(batch: Batch): Promise<Error | undefined>;
  /**
   * Sends what is on its way, and a batch behind it, before it returns, as well as that can be done: the process is about to end.
   * If it does not, nothing is sent twice.
   */
  sendNow(batch: Batch): void;
  /** Waits until nothing is left to be sent, at most so many milliseconds. */
  flush(timeoutMillis: number): Promise<void>;
  /** Why not everything has been handed over; `undefined` when it has, or nothing is kept that could be. */
  whyLate?(): string | undefined;
  /** Flushes, gives up what is left, and closes. */
  close(timeoutMillis: number): Promise<void>;
}
