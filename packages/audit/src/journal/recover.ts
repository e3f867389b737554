import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { leafHashOfBytes } from '../merkle/frontier.ts';
import { Chain } from './chain.ts';
import { firstOfSegment, SEGMENTS, type SegmentHeader, sealLine } from './format.ts';
import { parseLine } from './parse-line.ts';
import { lastLine, readLines } from './read-lines.ts';
import { syncDirectory } from './sync-directory.ts';

/** Where what was cut off is kept. */
const TORN = 'torn';
const COPY_BYTES = 1 << 20;

/** A segment that was not closed. */
export interface UnsealedSegment {
  readonly path: string;
  /** Bytes up to the end of its last entry. */
  readonly bytes: number;
  /** Time of its first entry; empty when it has none. */
  readonly from: string;
}

/** A journal as it was found. */
export interface FoundJournal {
  /** Where it stands; `undefined` for a new one. */
  readonly chain: Chain | undefined;
  /** The last segment, when the process ended without closing it. */
  readonly unsealed: UnsealedSegment | undefined;
  /** Bytes that were cut off the end, since they are no whole entry, and where they are kept. */
  readonly tornBytes: number;
  readonly tornFile: string | undefined;
}

/**
 * Finds out where a journal stands. Of segments that were closed only the last line is read. One that was not is read
 * to its last whole entry; what follows was acknowledged to nobody, and is moved to `torn/`.
 *
 * @throws the error of the file system.
 */
export function recoverJournal(directory: string): FoundJournal {
  let tornBytes = 0;
  let tornFile: string | undefined;
  const tear = (path: string, from: number): void => {
    const { bytes, file } = moveTorn(directory, path, from);
    tornBytes += bytes;
    tornFile ??= file;
  };
  const paths = readdirSync(join(directory, SEGMENTS))
    .filter((name) => firstOfSegment(name) !== undefined)
    .sort()
    .map((name) => join(directory, SEGMENTS, name));
  for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
    const found = standOf(path);
    if (found === undefined) {
      // Not even its header was written: the segment before was closed, or this is the first.
      tear(path, 0);
      unlinkSync(path);
      continue;
    }
    if (found.end < found.length) tear(path, found.end);
    if (!found.isSealed && found.from === '') {
      // A header alone says nothing that the segment before does not; the next entry begins it anew.
      unlinkSync(path);
      continue;
    }
    const unsealed = found.isSealed ? undefined : { path, bytes: found.end, from: found.from };
    return { chain: found.chain, unsealed, tornBytes, tornFile };
  }
  return { chain: undefined, unsealed: undefined, tornBytes, tornFile };
}

interface Stand {
  readonly chain: Chain;
  readonly isSealed: boolean;
  readonly from: string;
  /** Bytes up to which all is well, and bytes of the file. */
  readonly end: number;
  readonly length: number;
}

function standOf(path: string): Stand | undefined {
  const fd = openSync(path, 'r');
  try {
    const length = fstatSync(fd).size;
    return sealedStand(fd, length) ?? replay(fd, length, firstOfSegment(basename(path)));
  } finally {
    closeSync(fd);
  }
}

/** Where a closed segment ends, by its seal. */
function sealedStand(fd: number, length: number): Stand | undefined {
  const last = length === 0 ? undefined : lastLine(fd, length);
  const line = last === undefined ? undefined : parseLine(last.bytes.toString());
  const head = headerOf(fd);
  if (line?.kind !== 'seal' || head === undefined) return undefined;
  const { size: first, frontier, open, head: prev, from, to } = line.seal;
  try {
    const chain = new Chain(head.header.origin, { first, frontier, open, prev }, to);
    return { chain, isSealed: true, from, end: length, length };
  } catch {
    return undefined;
  }
}

function headerOf(fd: number): { header: SegmentHeader; end: number } | undefined {
  const first = readLines(fd).next();
  if (first.done === true || !first.value.isComplete) return undefined;
  const line = parseLine(first.value.bytes.toString());
  return line?.kind === 'header' ? { header: line.header, end: first.value.bytes.length + 1 } : undefined;
}

/** Reads a segment as far as one entry follows from the other. */
function replay(fd: number, length: number, named: number | undefined): Stand | undefined {
  const head = headerOf(fd);
  if (head === undefined || head.header.first !== named) return undefined;
  let chain: Chain;
  try {
    chain = new Chain(head.header.origin, head.header, '');
  } catch {
    return undefined;
  }
  let from = '';
  let { end } = head;
  for (const { bytes, offset, isComplete } of readLines(fd, end)) {
    const text = bytes.toString();
    const line = isComplete ? parseLine(text) : undefined;
    if (line?.kind === 'seal' && text === sealLine(chain.seal(from))) {
      return { chain, isSealed: true, from, end: offset + bytes.length + 1, length };
    }
    if (line?.kind !== 'entry' || line.index !== chain.size || line.prev !== chain.head) break;
    if (from === '') from = line.entry.time;
    chain.add(leafHashOfBytes(bytes), line.entry.time, line.entry);
    end = offset + bytes.length + 1;
  }
  return { chain, isSealed: false, from, end, length };
}

/** Copies the end of a file aside, brings the copy to disk, and cuts it off. */
function moveTorn(directory: string, path: string, from: number): { bytes: number; file: string } {
  mkdirSync(join(directory, TORN), { recursive: true, mode: 0o700 });
  const stamp = new Date().toISOString().replaceAll(/[^\d]/g, '');
  const file = join(TORN, `${basename(path)}-${from}-${stamp}`);
  const source = openSync(path, 'r+');
  const copy = openSync(join(directory, file), 'w', 0o600);
  try {
    const block = Buffer.allocUnsafe(COPY_BYTES);
    let bytes = 0;
    for (;;) {
      const read = readSync(source, block, 0, block.length, from + bytes);
      if (read === 0) break;
      writeSync(copy, block, 0, read);
      bytes += read;
    }
    fsyncSync(copy);
    syncDirectory(join(directory, TORN));
    ftruncateSync(source, from);
    fsyncSync(source);
    return { bytes, file };
  } finally {
    closeSync(source);
    closeSync(copy);
  }
}
