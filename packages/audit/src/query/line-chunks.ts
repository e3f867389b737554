import type { FileHandle } from 'node:fs/promises';

const CHUNK_BYTES = 1 << 18;
/** A line longer than that is no entry: nobody's size limit is that high. */
export const MAX_LINE_BYTES: number = 1 << 26;
const LINE_FEED = 10;

/** Whole lines of a file, line feeds included. */
export interface LineChunk {
  /** Valid until the next chunk is taken. */
  readonly bytes: Buffer;
  /** Where they begin in the file. */
  readonly offset: number;
}

/** Thrown for a line that does not end. */
export class EndlessLineError extends Error {
  override readonly name = 'EndlessLineError';
  readonly offset: number;

  constructor(offset: number) {
    super(`A line of more than ${MAX_LINE_BYTES} bytes at byte ${offset}`);
    this.offset = offset;
  }
}

/** Lines from `start`, where one begins, up to `end`; a line that `end` cuts is left out. */
export async function* chunksForward(
  handle: FileHandle,
  start: number,
  end: number,
): AsyncGenerator<LineChunk> {
  let buffer: Buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(end - start, 1)));
  let offset = start;
  while (offset < end) {
    const length = await fill(handle, buffer, offset, end);
    const feed = buffer.subarray(0, length).lastIndexOf(LINE_FEED);
    if (feed === -1) {
      if (length < buffer.length || offset + length >= end) return;
      buffer = grown(buffer, offset);
      continue;
    }
    yield { bytes: buffer.subarray(0, feed + 1), offset };
    offset += feed + 1;
  }
}

/** The same lines, the last ones first; in each chunk they stand in the order of the file. */
export async function* chunksBackward(
  handle: FileHandle,
  start: number,
  end: number,
): AsyncGenerator<LineChunk> {
  let buffer: Buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(end - start, 1)));
  let last = await endOfLines(handle, start, end);
  while (last > start) {
    const offset = Math.max(start, last - buffer.length);
    const length = await fill(handle, buffer, offset, last);
    // The journal was cut meanwhile: what is gone was acknowledged to nobody.
    if (length < last - offset) last = offset + buffer.subarray(0, length).lastIndexOf(LINE_FEED) + 1;
    if (last === offset) continue;
    const bytes = buffer.subarray(0, last - offset);
    // The line that a chunk begins in the middle of belongs to the next one.
    const begin = offset === start ? 0 : bytes.subarray(0, -1).indexOf(LINE_FEED) + 1;
    if (begin === 0 && offset !== start) {
      buffer = grown(buffer, offset);
      continue;
    }
    yield { bytes: bytes.subarray(begin), offset: offset + begin };
    last = offset + begin;
  }
}

/** Where the last complete line ends. */
export async function endOfLines(handle: FileHandle, start: number, end: number): Promise<number> {
  const buffer = Buffer.allocUnsafe(4_096);
  for (let last = end; last > start; ) {
    const offset = Math.max(start, last - buffer.length);
    const length = await fill(handle, buffer, offset, last);
    const feed = buffer.subarray(0, length).lastIndexOf(LINE_FEED);
    if (feed !== -1) return offset + feed + 1;
    last = offset;
  }
  return start;
}

/** Reads up to `end`, or as much as fits, or as there is. */
async function fill(handle: FileHandle, buffer: Buffer, offset: number, end: number): Promise<number> {
  const wanted = Math.min(buffer.length, end - offset);
  let length = 0;
  while (length < wanted) {
    const { bytesRead } = await handle.read(buffer, length, wanted - length, offset + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}

function grown(buffer: Buffer, offset: number): Buffer {
  if (buffer.length >= MAX_LINE_BYTES) throw new EndlessLineError(offset);
  return Buffer.allocUnsafe(buffer.length * 4);
}
