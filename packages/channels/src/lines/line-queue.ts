import type { Rejection } from '../channel.ts';
import { DeliveryError } from '../delivery-error.ts';
import type { Notification } from '../notification.ts';

/** Writes lines, and tells those that were not written. Rejects with a `DeliveryError` when none was. */
type WriteLines = (batch: readonly Notification[]) => Promise<readonly Rejection[]>;

/**
 * Writes one batch after the other. A write to a stream or a file cannot be taken back: one that hangs when its time is over
 * may yet be done. What is tried again meanwhile waits for it, and is written only if it was not; so nothing is written
 * twice, and nothing piles up behind a reader that has stopped.
 */
export class LineQueue {
  readonly #who: string;
  readonly #write: WriteLines;
  #last: Promise<unknown> = Promise.resolve();
  /** A write whose time is over; settles when it is done, and never rejects. */
  #hanging: Promise<void> | undefined;
  /** Written by a write whose time was over, so that nobody knows yet. Of one batch at most. */
  #untold = new Set<string>();

  /** @param who what is written to, as messages name it. */
  constructor(who: string, write: WriteLines) {
    this.#who = who;
    this.#write = write;
  }

  /** @throws {DeliveryError} */
  async deliver(batch: readonly Notification[], signal: AbortSignal): Promise<readonly Rejection[]> {
    const turn = this.#last.then(() => this.#next(batch, signal));
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Waits for what is being written. */
  async settled(): Promise<void> {
    await this.#last;
    await this.#hanging;
  }

  async #next(batch: readonly Notification[], signal: AbortSignal): Promise<readonly Rejection[]> {
    if (this.#hanging !== undefined) await this.#inTime(this.#hanging, signal);
    if (signal.aborted) throw this.#late();
    const rest = batch.filter(({ id }) => !this.#untold.delete(id));
    if (rest.length === 0) return [];
    let isSettled = false;
    const writing = this.#write(rest).finally(() => {
      isSettled = true;
    });
    try {
      return await this.#inTime(writing, signal);
    } catch (error) {
      if (!isSettled) this.#leave(writing, rest);
      throw error;
    }
  }

  #leave(writing: Promise<readonly Rejection[]>, batch: readonly Notification[]): void {
    this.#hanging = writing.then(
      (rejections) => {
        this.#untold = new Set(batch.map(({ id }) => id));
        for (const { id } of rejections) this.#untold.delete(id);
        this.#hanging = undefined;
      },
      () => {
        this.#hanging = undefined;
      },
    );
  }

  #inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const late = (): void => reject(this.#late());
      signal.addEventListener('abort', late, { once: true });
      work.then(resolve, reject).finally(() => signal.removeEventListener('abort', late));
    });
  }

  #late(): DeliveryError {
    return new DeliveryError(`${this.#who} did not take it before the attempt was ended`);
  }
}
