import { parseLine } from '../journal/parse-line.ts';
import { leafHash } from '../merkle/frontier.ts';
import type { AuditEntry } from '../operation/entry.ts';
import {
  chunksBackward,
  chunksForward,
  EndlessLineError,
  endOfLines,
  MAX_LINE_BYTES,
} from './line-chunks.ts';
import { linesBackward, linesForward } from './lines-of-chunk.ts';
import { firstEntry, type OpenSegment, seek } from './seek.ts';
import { listSegments, openSegment, type SegmentFile, unreadable } from './segments.ts';

/** Which entries are read. */
export interface ReadOptions {
  /** First index, and the index to stop before. */
  readonly fromIndex?: number | undefined;
  readonly toIndex?: number | undefined;
  /** Recorded at or after, and before: Unix time in milliseconds. */
  readonly fromMillis?: number | undefined;
  readonly toMillis?: number | undefined;
  readonly order?: 'ascending' | 'descending' | undefined;
  /** Lines that contain none of these are passed over without being looked at. */
  readonly needles?: readonly Buffer[] | undefined;
}

/**
 * Entries of a journal, a block at a time, in memory that does not depend on its size. Another process may write it
 * meanwhile: what has been recorded by the time of the call is read, a line that is being written is left out, and
 * segments that retention removes are passed over. Begins at the first entry that is kept. Nothing is verified.
 *
 * @throws {InstrumentError} `INSTRUMENT_AUDIT_UNAVAILABLE` at a line or a segment that cannot be read;
 * `INSTRUMENT_INVALID_ARGUMENT` when the directory has no journal.
 */
export async function* readEntries(
  directory: string,
  options: ReadOptions = {},
): AsyncGenerator<AuditEntry, void, undefined> {
  const segments = await select(await listSegments(directory), options);
  if (options.order === 'descending') segments.reverse();
  for (const file of segments) {
    const handle = await openSegment(file);
    if (handle === undefined) continue;
    try {
      const { size } = await handle.stat();
      const segment = { file, handle, end: await endOfLines(handle, 0, size) };
      yield* entriesOf(segment, options);
    } catch (error) {
      if (!(error instanceof EndlessLineError)) throw error;
      throw unreadable(file, error.offset, `a line of more than ${MAX_LINE_BYTES} bytes`);
    } finally {
      await handle.close();
    }
  }
}

async function* entriesOf(segment: OpenSegment, options: ReadOptions): AsyncGenerator<AuditEntry> {
  const { needles, order } = options;
  const start = await lowerBound(segment, options);
  const end = await upperBound(segment, options);
  const backward = order === 'descending';
  const chunks = backward ? chunksBackward : chunksForward;
  const lines = backward ? linesBackward : linesForward;
  for await (const { bytes, offset } of chunks(segment.handle, start, end)) {
    for (const bounds of lines(bytes, needles)) {
      const entry = entryOf(bytes.toString('utf8', bounds.start, bounds.end));
      if (entry === undefined) continue;
      if (entry === 'unreadable') {
        throw unreadable(segment.file, offset + bounds.start, 'a line that is none of a journal');
      }
      yield entry;
    }
  }
}

function entryOf(text: string): AuditEntry | undefined | 'unreadable' {
  const line = parseLine(text);
  if (line === undefined) return 'unreadable';
  return line.kind === 'entry' ? { ...line.entry, index: line.index, hash: leafHash(text) } : undefined;
}

function lowerBound(segment: OpenSegment, { fromIndex, fromMillis }: ReadOptions): Promise<number> | number {
  const byIndex = fromIndex !== undefined && fromIndex > segment.file.first;
  if (!byIndex && fromMillis === undefined) return 0;
  return seek(
    segment,
    ({ index, entry }) =>
      (byIndex && index < fromIndex) || (fromMillis !== undefined && Date.parse(entry.time) < fromMillis),
  );
}

function upperBound(segment: OpenSegment, { toIndex, toMillis }: ReadOptions): Promise<number> | number {
  if (toIndex === undefined && toMillis === undefined) return segment.end;
  return seek(
    segment,
    ({ index, entry }) =>
      (toIndex === undefined || index < toIndex) &&
      (toMillis === undefined || Date.parse(entry.time) < toMillis),
  );
}

/** Leaves out segments before the first and after the last index and time. */
async function select(segments: SegmentFile[], options: ReadOptions): Promise<SegmentFile[]> {
  const { fromIndex = 0, toIndex = Number.POSITIVE_INFINITY, fromMillis, toMillis } = options;
  const byIndex = segments.filter(
    ({ first }, i) => first < toIndex && (segments[i + 1]?.first ?? Number.POSITIVE_INFINITY) > fromIndex,
  );
  const end = toMillis === undefined ? byIndex.length : await firstSince(byIndex, toMillis);
  // The segment before the first that begins late enough may end late enough.
  const start = fromMillis === undefined ? 0 : Math.max(0, (await firstSince(byIndex, fromMillis)) - 1);
  return byIndex.slice(start, end);
}

/** Position of the first segment that begins at or after a time, by halving. */
async function firstSince(segments: readonly SegmentFile[], millis: number): Promise<number> {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((await beginMillis(segments[middle] as SegmentFile)) < millis) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** When a segment begins: after everything while it is empty, and before everything once it is removed. */
async function beginMillis(file: SegmentFile): Promise<number> {
  const handle = await openSegment(file);
  if (handle === undefined) return Number.NEGATIVE_INFINITY;
  try {
    const { size } = await handle.stat();
    const first = await firstEntry({ file, handle, end: size });
    return first === undefined ? Number.POSITIVE_INFINITY : Date.parse(first.entry.time);
  } finally {
    await handle.close();
  }
}
