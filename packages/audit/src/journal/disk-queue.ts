import { DoublingWait, monotonicMillis } from '@org/instrument-core';
import { STALL_MILLIS, StallWatch } from '@org/instrument-core/directory';
import type { SegmentFile } from './segment-file.ts';

/**
 * Longest time until entries are on disk that nobody waits for. A sync costs some 0.1 ms of CPU time, most of it the
 * kernel's: one every few milliseconds would be a tenth of what a busy process does.
 */
const UNAWAITED_MILLIS = 100;
const FIRST_RETRY_MILLIS = 100;
const LONGEST_RETRY_MILLIS = 5_000;

/** What the queue needs of its journal. */
export interface DiskQueueOptions {
  /** Shortest time between two syncs that somebody waits for, in milliseconds. */
  readonly commitIntervalMillis: number;
  /** What must be on disk before; nothing in most cases. */
  readonly prepare: () => Promise<void> | undefined;
  readonly prepareNow: () => void;
  /** All entries below `size` are on disk, after a sync of so many milliseconds. */
  readonly onDurable: (size: number, durationMillis: number) => void;
  /** The disk does not take what it is given; `undefined`: it does again. */
  readonly onFault: (error: unknown) => void;
}

interface Part {
  readonly file: SegmentFile;
  /** Entries in the journal up to the end of the file, or up to now. */
  size: number;
}

/**
 * Brings segments to disk, in their order. Lines go to the operating system at the end of the turn of the event loop in
 * which they came, so that a killed process loses no more than that; syncs are shared by all that came since the last one.
 */
export class DiskQueue {
  readonly #options: DiskQueueOptions;
  /** A file is synced to its end before the next one is made. */
  readonly #parts: Part[] = [];
  #isFaulty = false;
  #isWriteDue = false;
  /** Of the commit under way: resolves when it is over, or has not been answered for too long. */
  #outcome: Promise<void> | undefined;
  #giveUp: () => void = () => {};
  readonly #watch: StallWatch = new StallWatch({ onStall: () => this.#stall() });
  #lastCommitMillis = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  /** Whether somebody waits for an entry that is not on disk. */
  #isAwaited = false;
  readonly #retry = new DoublingWait(FIRST_RETRY_MILLIS, LONGEST_RETRY_MILLIS);
  #isStopped = false;

  constructor(options: DiskQueueOptions) {
    this.#options = options;
  }

  /** Whether the disk failed, or is not answering. */
  get isFaulty(): boolean {
    return this.#isFaulty;
  }

  /** Bytes that are not on disk. */
  get waitingBytes(): number {
    let bytes = 0;
    for (const { file } of this.#parts) bytes += file.waiting;
    return bytes;
  }

  /** Lines were added to the last file; the journal has `size` entries with them. */
  added(file: SegmentFile, size: number): void {
    const last = this.#parts.at(-1);
    if (last?.file === file) last.size = size;
    else this.#parts.push({ file, size });
    if (this.#isWriteDue || this.#isFaulty || this.#isStopped) return;
    this.#isWriteDue = true;
    setImmediate(this.#onTurnEnd);
  }

  /** Hands all lines to the operating system; `false` when it does not take them, or does not answer. */
  write(): boolean {
    if (this.#watch.isStalled || this.#isStopped) return false;
    try {
      // The next file may be made only when the one before is on disk to its end.
      const part = this.#parts[0];
      part?.file.write();
      return this.#parts.length < 2 || this.commitNow();
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  /** Brings all lines to disk at once; `false` when that fails, or the disk does not answer. */
  commitNow(): boolean {
    if (this.#watch.isStalled || this.#isStopped) return false;
    try {
      for (let part = this.#parts[0]; part !== undefined; part = this.#parts[0]) {
        const { file, size } = part;
        const { length } = file;
        const startMillis = monotonicMillis();
        file.write();
        this.#options.prepareNow();
        file.syncNow(length);
        this.#succeed(size, monotonicMillis() - startMillis);
        if (!this.#finish(part)) break;
      }
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  /** Resolves once all lines so far are on disk, or could not be brought there. */
  async flush(): Promise<void> {
    const file = this.#parts.at(-1)?.file;
    if (file === undefined) return;
    // Not for what comes meanwhile: under load there is always more.
    const { length } = file;
    while (file.durable < length && !this.#isStopped) {
      await this.#commit();
      if (this.#isFaulty) return;
    }
  }

  /** Does nothing by itself any more; gives the files back. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#watch.end();
    for (const { file } of this.#parts) file.close();
    this.#parts.length = 0;
  }

  readonly #onTurnEnd = (): void => {
    this.#isWriteDue = false;
    if (this.#isStopped || !this.write()) return;
    if (this.#outcome !== undefined) return;
    if (this.#isAwaited) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    this.#schedule();
  };

  /** Somebody waits for an entry: it is not put off any longer than need be. */
  hurry(): void {
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    // What is written at the end of this turn, or follows a commit under way, is scheduled then.
    if (this.#isFaulty || this.#isWriteDue || this.#outcome !== undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#schedule();
  }

  /** At once after a pause, so that a single entry does not wait; otherwise when the interval is over. */
  #schedule(): void {
    if (this.#timer !== undefined || this.#isStopped || this.waitingBytes === 0) return;
    const { commitIntervalMillis } = this.#options;
    const interval = this.#isAwaited
      ? commitIntervalMillis
      : Math.max(commitIntervalMillis, UNAWAITED_MILLIS);
    const waitMillis = this.#lastCommitMillis + interval - monotonicMillis();
    if (waitMillis <= 0) void this.#commit();
    else {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        void this.#commit();
        // Timers are late by up to a millisecond; they need not be later still.
      }, Math.floor(waitMillis));
    }
  }

  #commit(): Promise<void> {
    if (this.#outcome === undefined) this.#isAwaited = false;
    this.#outcome ??= new Promise((resolve) => {
      this.#giveUp = resolve;
      void this.#commitAll()
        .catch((error: unknown) => this.#fail(error))
        .then(() => {
          this.#outcome = undefined;
          resolve();
          if (!this.#isFaulty) this.#schedule();
        });
    });
    return this.#outcome;
  }

  async #commitAll(): Promise<void> {
    for (let part = this.#parts[0]; part !== undefined; part = this.#parts[0]) {
      const { file, size } = part;
      const { length } = file;
      const startMillis = monotonicMillis();
      this.#lastCommitMillis = startMillis;
      try {
        file.write();
        this.#watch.start();
        await this.#options.prepare();
        await file.sync(length);
      } catch (error) {
        // Unless a commit at once has brought it there meanwhile.
        if (file.durable < length) {
          this.#fail(error);
          return;
        }
      } finally {
        this.#watch.end();
      }
      if (this.#isStopped) return;
      this.#succeed(size, monotonicMillis() - startMillis);
      if (!this.#finish(part)) return;
    }
  }

  /** Takes a file out that is on disk to its end; `false` for one that is not. */
  #finish(part: Part): boolean {
    const { file } = part;
    if (!file.isClosed || file.waiting > 0) return false;
    // It may have been taken out meanwhile, by a commit at once.
    if (this.#parts[0] === part) this.#parts.shift();
    file.close();
    return true;
  }

  #stall(): void {
    this.#isFaulty = true;
    this.#options.onFault(new Error(`the disk has not answered for ${STALL_MILLIS} ms`));
    this.#giveUp();
  }

  #succeed(size: number, durationMillis: number): void {
    const wasFaulty = this.#isFaulty;
    this.#isFaulty = false;
    this.#retry.reset();
    if (wasFaulty) {
      // The next attempt may be due in seconds; what comes now is synced as ever.
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    this.#options.onDurable(size, durationMillis);
    if (wasFaulty) this.#options.onFault(undefined);
  }

  /** Tries again by itself, less and less often; that alone does not keep the process. */
  #fail(error: unknown): void {
    // Of an attempt that is due already nothing changes: who writes often would put it off again and again.
    const isDue = this.#isFaulty && this.#timer !== undefined;
    this.#isFaulty = true;
    if (this.#isStopped) return;
    this.#options.onFault(error);
    if (isDue) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#commit();
    }, this.#retry.next()).unref();
  }
}
