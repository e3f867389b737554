import { existsSync, rmdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory, STALL_MILLIS, StallWatch } from '@org/instrument-core/directory';
import type { Clock } from '../delivery/clock.ts';
import { headerLine, segmentName } from './format.ts';
import { Segment } from './segment.ts';

/** What is written is on disk after that long, and the time of a sync. */
const SYNC_MILLIS = 100;
/** After one that failed. */
const SYNC_AGAIN_MILLIS = 10_000;

/** What the files of a journal are given. */
export interface JournalFilesOptions {
  readonly directory: string;
  readonly channel: string;
  readonly clock: Clock;
  /** A segment is ended beyond that. */
  readonly segmentBytes: number;
  /** Segments of an earlier process, the greatest number there was. */
  readonly segments: readonly Segment[];
  readonly lastNumber: number;
  /** What is in a segment may not come to disk. */
  readonly onLost: (segment: Segment, error: unknown) => void;
  /** Removing or syncing failed. */
  readonly onFault: (error: unknown) => void;
}

/** The segments of a journal: the last one is written, the first ones are removed when nothing waits in them any more. */
export class JournalFiles {
  readonly #options: JournalFilesOptions;
  readonly #segments: Segment[];
  #lastNumber: number;
  #isNameUnsynced = false;
  #cancelSync: (() => void) | undefined;
  readonly #watch: StallWatch;
  #isSyncing = false;
  #syncDelayMillis = SYNC_MILLIS;
  #isClosed = false;

  constructor(options: JournalFilesOptions) {
    this.#options = options;
    this.#segments = [...options.segments];
    this.#lastNumber = options.lastNumber;
    const { clock } = options;
    this.#watch = new StallWatch({ after: (millis, callback) => clock.after(millis, callback) });
    if (this.#segments.length > 0) this.#schedule();
  }

  /** From the first on in which something waits; those before are about to be removed. */
  get held(): readonly Segment[] {
    return this.#segments.slice(this.#removable);
  }

  /** Bytes of all segments. */
  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** @throws {Error} when the disk does not answer. */
  check(): void {
    if (this.#watch.isStalled) throw new Error(`the disk has not answered for ${STALL_MILLIS} ms`);
  }

  /**
   * Hands lines to the operating system, all or none.
   *
   * @throws the error of the file system.
   */
  append(text: string): Segment {
    const last = this.#segments.at(-1);
    const isOpen = last !== undefined && !last.isEnded && last.bytes < this.#options.segmentBytes;
    const segment = isOpen ? last : this.#begin(last);
    try {
      const header = segment.bytes === 0 ? headerLine(this.#options.channel) : '';
      segment.append(Buffer.from(header + text));
    } catch (error) {
      // A full disk may well make a file, and take nothing for it: there would be one more each time.
      if (segment.bytes === 0) {
        this.#segments.pop();
        segment.discard();
      }
      throw error;
    }
    this.#schedule();
    return segment;
  }

  /** The next line goes to another file. */
  endLast(): void {
    const last = this.#segments.at(-1);
    if (last !== undefined) last.isEnded = true;
  }

  /**
   * Brings everything to disk, and gives the files back. `isEmpty`: nothing waits, and so nothing need stay.
   */
  close(isEmpty: boolean): void {
    if (this.#isClosed) return;
    this.#stop();
    try {
      // One that does not answer would hold the process for as long.
      this.check();
      for (const segment of isEmpty ? this.#segments : []) segment.remove();
      if (isEmpty) removeEmpty(this.#options.directory);
      else for (const segment of this.#segments) segment.syncNow();
    } catch (error) {
      this.#options.onFault(error);
    }
    for (const segment of this.#segments) segment.close();
  }

  /** Gives the files back as they are. */
  abandon(): void {
    this.#stop();
    for (const segment of this.#segments) segment.close();
  }

  /** How many segments at the beginning hold nothing that waits. Only from there on: later ones say what became of theirs. */
  get #removable(): number {
    let count = 0;
    for (const { live, isEnded } of this.#segments) {
      if (live > 0 || !isEnded) break;
      count++;
    }
    return count;
  }

  #stop(): void {
    this.#isClosed = true;
    this.#cancelSync?.();
    this.#cancelSync = undefined;
  }

  #begin(last: Segment | undefined): Segment {
    const { directory } = this.#options;
    makeDirectory(directory);
    if (last !== undefined) last.isEnded = true;
    let path: string;
    // There may be some that could not be read when this began.
    do path = join(directory, segmentName(++this.#lastNumber));
    while (existsSync(path));
    const segment = new Segment(this.#lastNumber, path);
    this.#segments.push(segment);
    this.#isNameUnsynced = true;
    return segment;
  }

  #schedule(): void {
    if (this.#isClosed || this.#cancelSync !== undefined || this.#isSyncing) return;
    const { clock } = this.#options;
    this.#cancelSync = clock.after(this.#syncDelayMillis, () => {
      this.#cancelSync = undefined;
      this.#isSyncing = true;
      void this.#sync().then((isDone) => {
        this.#isSyncing = false;
        this.#watch.end();
        this.#syncDelayMillis = isDone ? SYNC_MILLIS : SYNC_AGAIN_MILLIS;
        if (this.#segments.some(({ isUnsynced }) => isUnsynced) || this.#removable > 0) this.#schedule();
      });
    });
  }

  /** What waits elsewhere by now must be on disk there, before the file is removed in which it waited. */
  async #sync(): Promise<boolean> {
    const removable = this.#segments.slice(0, this.#removable);
    const unsynced = this.#segments.filter((each) => each.isUnsynced && !removable.includes(each));
    for (const segment of unsynced) {
      try {
        this.#watch.start();
        await segment.sync();
      } catch (error) {
        if (!this.#isClosed) this.#options.onLost(segment, error);
        return false;
      }
    }
    try {
      if (this.#isNameUnsynced) await this.#syncNames();
      for (const segment of removable) {
        if (this.#isClosed) return true;
        segment.remove();
        this.#segments.shift();
      }
      return true;
    } catch (error) {
      this.#options.onFault(error);
      return false;
    }
  }

  async #syncNames(): Promise<void> {
    this.#isNameUnsynced = false;
    this.#watch.start();
    // Windows has no syncs of directories.
    if (process.platform === 'win32') return;
    const directory = await open(this.#options.directory, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }
}

/** What was kept aside stays. */
function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // It was never made, or is not empty.
  }
}
