import type { FileHandle } from 'node:fs/promises';
import { openFile } from '../journal/open-file.ts';

/** Bytes read at once: some hundred entries, a millisecond of work. */
const BLOCK_BYTES = 64 * 1024;
/** A line that is longer is none that was ever written, and is not kept in memory. */
export const MAX_LINE_BYTES: number = 16 * 1024 * 1024;
const LINE_FEED = 0x0a;

/** A line as it stands in a file. */
export interface SourceLine {
  /** Without its line feed. Valid until more is read; empty for one that is too long. */
  readonly bytes: Buffer;
  /** Number in the file, from 1. */
  readonly number: number;
  /** First byte in the file. */
  readonly offset: number;
  /** Whether a line feed ends it; only the last may lack it. */
  readonly isComplete: boolean;
  readonly isTooLong: boolean;
}

/** The lines of a file, read in blocks, however large the file and however long a line. */
export class LineSource {
  readonly #file: FileHandle;
  /** Bytes of the file that are looked at; a file that is being written grows. */
  readonly #limit: number;
  #block: Buffer = Buffer.allocUnsafe(BLOCK_BYTES);
  /** The line to come begins at `start`; up to `scanned` there is no line feed; bytes are there up to `filled`. */
  #start = 0;
  #scanned = 0;
  #filled = 0;
  /** Place of the block in the file. */
  #blockOffset = 0;
  #number = 0;
  #isEnded = false;
  /** Where a line began whose beginning has been thrown away. */
  #longFrom: number | undefined;
  #ahead: SourceLine[] = [];

  private constructor(file: FileHandle, limit: number) {
    this.#file = file;
    this.#limit = limit;
  }

  /** @throws the error of the file system. */
  static async open(path: string, limit: number = Number.POSITIVE_INFINITY): Promise<LineSource> {
    return new LineSource(await openFile(path), limit);
  }

  /** The next line; `undefined` when it is not in memory, or there is none. */
  take(): SourceLine | undefined {
    return this.#ahead.shift() ?? this.#next();
  }

  /**
   * Reads on. Resolves to the bytes that were read: with 0 all lines that `take` still has are the last.
   *
   * @throws the error of the file system.
   */
  async fill(): Promise<number> {
    if (this.#isEnded) return 0;
    this.#makeRoom();
    const room = Math.min(this.#block.length - this.#filled, this.#limit - this.#position);
    const { bytesRead } =
      room > 0 ? await this.#file.read(this.#block, this.#filled, room, this.#position) : { bytesRead: 0 };
    this.#filled += bytesRead;
    this.#isEnded = bytesRead === 0;
    return bytesRead;
  }

  /** The line `take` would return after `skip` others; `undefined` when there are not as many. */
  async peek(skip: number): Promise<SourceLine | undefined> {
    while (this.#ahead.length <= skip) {
      const line = this.#next();
      if (line !== undefined) this.#ahead.push({ ...line, bytes: Buffer.from(line.bytes) });
      else if ((await this.fill()) === 0 && !this.#hasRest()) return undefined;
    }
    return this.#ahead[skip];
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  get #position(): number {
    return this.#blockOffset + this.#filled;
  }

  #hasRest(): boolean {
    return this.#filled > this.#start || this.#longFrom !== undefined;
  }

  #next(): SourceLine | undefined {
    const end = this.#block.subarray(0, this.#filled).indexOf(LINE_FEED, this.#scanned);
    if (end >= 0) return this.#line(end, true);
    this.#scanned = this.#filled;
    return this.#isEnded && this.#hasRest() ? this.#line(this.#filled, false) : undefined;
  }

  #line(end: number, isComplete: boolean): SourceLine {
    const isTooLong = this.#longFrom !== undefined;
    const line = {
      bytes: this.#block.subarray(isTooLong ? end : this.#start, end),
      number: ++this.#number,
      offset: this.#longFrom ?? this.#blockOffset + this.#start,
      isComplete,
      isTooLong,
    };
    this.#start = isComplete ? end + 1 : end;
    this.#scanned = this.#start;
    this.#longFrom = undefined;
    return line;
  }

  /** Moves what is left of the block to its beginning, into a larger one when it is all one line. */
  #makeRoom(): void {
    const rest = this.#filled - this.#start;
    if (rest > MAX_LINE_BYTES) {
      this.#longFrom ??= this.#blockOffset + this.#start;
      this.#start = this.#filled;
    }
    const kept = this.#filled - this.#start;
    const size = Math.min(Math.max(BLOCK_BYTES, kept * 2), MAX_LINE_BYTES + BLOCK_BYTES);
    if (size === this.#block.length) {
      this.#block.copyWithin(0, this.#start, this.#filled);
    } else {
      const block = Buffer.allocUnsafe(size);
      this.#block.copy(block, 0, this.#start, this.#filled);
      this.#block = block;
    }
    this.#blockOffset += this.#start;
    this.#scanned -= this.#start;
    this.#filled = kept;
    this.#start = 0;
  }
}
