import type { FileHandle } from 'node:fs/promises';
import { parseLine, type SegmentLine } from '../journal/parse-line.ts';
import { chunksForward } from './line-chunks.ts';
import { linesForward } from './lines-of-chunk.ts';
import { type SegmentFile, unreadable } from './segments.ts';

/** Where halving costs more than reading on. */
const NEAR_BYTES = 1 << 16;

type EntryLine = Extract<SegmentLine, { kind: 'entry' }>;

/** An open segment, up to where its complete lines end. */
export interface OpenSegment {
  readonly file: SegmentFile;
  readonly handle: FileHandle;
  readonly end: number;
}

/**
 * Where the first line begins that is no longer `before`, by halving: index and time only ever grow. A header is before
 * everything, a seal behind it.
 *
 * @throws {InstrumentError} `INSTRUMENT_AUDIT_UNAVAILABLE` for a line that cannot be read.
 */
export async function seek(segment: OpenSegment, before: (entry: EntryLine) => boolean): Promise<number> {
  let low = 0;
  let high = segment.end;
  while (high - low > NEAR_BYTES) {
    const middle = low + Math.floor((high - low) / 2);
    const probe = await firstLineFrom(segment, middle, high);
    // One line fills all the second half.
    if (probe === undefined) break;
    if (isBefore(segment.file, probe, before)) low = probe.next;
    else high = probe.start;
  }
  for await (const { bytes, offset } of chunksForward(segment.handle, low, high)) {
    for (const { start, end } of linesForward(bytes)) {
      const line = { text: bytes.toString('utf8', start, end), start: offset + start, next: 0 };
      if (!isBefore(segment.file, line, before)) return line.start;
    }
  }
  return high;
}

/** The first entry of a segment; `undefined` when it has none. */
export async function firstEntry(segment: OpenSegment): Promise<EntryLine | undefined> {
  for await (const { bytes, offset } of chunksForward(segment.handle, 0, segment.end)) {
    for (const { start, end } of linesForward(bytes)) {
      const line = parsed(segment.file, bytes.toString('utf8', start, end), offset + start);
      if (line.kind === 'entry') return line;
    }
  }
  return undefined;
}

interface Line {
  readonly text: string;
  readonly start: number;
  /** Where the next one begins. */
  readonly next: number;
}

/** The first line that begins at or after a position that may be in the middle of one. */
async function firstLineFrom({ handle }: OpenSegment, from: number, end: number): Promise<Line | undefined> {
  // From one byte before, so that a line that begins right here is not missed.
  for (let size = NEAR_BYTES; ; size *= 4) {
    const to = Math.min(end, from - 1 + size);
    const buffer = Buffer.allocUnsafe(to - from + 1);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from - 1);
    const bytes = buffer.subarray(0, bytesRead);
    const feed = bytes.indexOf(10);
    const close = feed === -1 ? -1 : bytes.indexOf(10, feed + 1);
    if (close !== -1) {
      const start = from + feed;
      return { text: bytes.toString('utf8', feed + 1, close), start, next: from + close };
    }
    if (to === end) return undefined;
  }
}

function isBefore(file: SegmentFile, { text, start }: Line, before: (entry: EntryLine) => boolean): boolean {
  const line = parsed(file, text, start);
  return line.kind === 'entry' ? before(line) : line.kind === 'header';
}

function parsed(file: SegmentFile, text: string, offset: number): SegmentLine {
  const line = parseLine(text);
  if (line === undefined) throw unreadable(file, offset, 'a line that is none of a journal');
  return line;
}
