import { readSync } from 'node:fs';

const BLOCK_BYTES = 1 << 20;
/**
 * Bytes of a line that is read: four times those of the longest entry, since a header and a seal, which name all open operations,
 * may have more. What is longer is none of a journal, and not kept in memory.
 */
export const MAX_LINE_BYTES: number = 64 * 1024 * 1024;
const LINE_FEED = 0x0a;

/** A line of a file. */
export interface FileLine {
  /** Without the line feed. */
  readonly bytes: Buffer;
  /** Where it begins in the file. */
  readonly offset: number;
  /** Whether a line feed follows; only the last line may lack it. */
  readonly isComplete: boolean;
}

/**
 * The lines of an open file from a position on, read in blocks, up to one that is too long. `bytes` are valid until the next line
 * is taken.
 */
export function* readLines(fd: number, from = 0): Generator<FileLine> {
  let block = Buffer.allocUnsafe(BLOCK_BYTES);
  let offset = from;
  let filled = 0;
  for (;;) {
    if (filled === block.length) {
      if (filled >= MAX_LINE_BYTES) return;
      block = Buffer.concat([block], filled * 2);
    }
    const read = readSync(fd, block, filled, block.length - filled, offset + filled);
    filled += read;
    let start = 0;
    for (;;) {
      const end = block.subarray(0, filled).indexOf(LINE_FEED, start);
      if (end < 0) break;
      yield { bytes: block.subarray(start, end), offset: offset + start, isComplete: true };
      start = end + 1;
    }
    if (read === 0) {
      if (filled > start)
        yield { bytes: block.subarray(start, filled), offset: offset + start, isComplete: false };
      return;
    }
    block.copyWithin(0, start, filled);
    filled -= start;
    offset += start;
  }
}

/**
 * The last complete line of an open file, and where it begins; `undefined` when the file does not end with one, or with one that
 * is too long.
 */
export function lastLine(fd: number, size: number): FileLine | undefined {
  let length = Math.min(4_096, size);
  for (;;) {
    const tail = Buffer.allocUnsafe(length);
    if (readSync(fd, tail, 0, length, size - length) < length || tail[length - 1] !== LINE_FEED)
      return undefined;
    const before = length < 2 ? -1 : tail.lastIndexOf(LINE_FEED, length - 2);
    if (before >= 0 || length === size) {
      return {
        bytes: tail.subarray(before + 1, length - 1),
        offset: size - length + before + 1,
        isComplete: true,
      };
    }
    if (length >= MAX_LINE_BYTES) return undefined;
    length = Math.min(length * 4, size);
  }
}
