import { closeSync, fstatSync } from 'node:fs';
import { basename } from 'node:path';
import { InstrumentError } from '@org/instrument-core';
import { leafHashOfBytes } from '../merkle/frontier.ts';
import { Chain } from './chain.ts';
import { FORMAT_VERSION, firstOfSegment, SEGMENTS, type SegmentHeader, sealLine } from './format.ts';
import { openOwnFile } from './open-file.ts';
import { parseLine, versionOf } from './parse-line.ts';
import { lastLine, readLines } from './read-lines.ts';

/** Where a journal stands after a segment. */
export interface SegmentStand {
  readonly chain: Chain;
  readonly isSealed: boolean;
  /** Time of its first entry; empty when it has none. */
  readonly from: string;
  /** Bytes up to which all is well, and bytes of the file. */
  readonly end: number;
  readonly length: number;
}

/**
 * Where a journal stands after a segment: by its last line, when it was closed and `isOnDisk` says of its name and the
 * entries up to its end that all of it was brought to disk; by all of it otherwise, since a power cut may have left the end
 * and not what is before. `undefined` for one without a header.
 *
 * @throws {InstrumentError} `INSTRUMENT_AUDIT_UNAVAILABLE` for a segment of another version.
 * @throws the error of the file system.
 */
export function standOfSegment(
  path: string,
  isOnDisk: (origin: string, size: number) => boolean,
): SegmentStand | undefined {
  const fd = openOwnFile(path);
  try {
    const first = readLines(fd).next();
    if (first.done === true || !first.value.isComplete) return undefined;
    const text = first.value.bytes.toString();
    checkVersion(path, text);
    const line = parseLine(text);
    if (line?.kind !== 'header') return undefined;
    const { length: headerLength } = first.value.bytes;
    const length = fstatSync(fd).size;
    const sealed = sealedStand(fd, length, line.header);
    const isWhole = sealed !== undefined && isOnDisk(line.header.origin, sealed.chain.size);
    return (
      (isWhole ? sealed : undefined) ??
      (line.header.first === firstOfSegment(basename(path))
        ? replay(fd, length, line.header, headerLength + 1)
        : undefined)
    );
  } finally {
    closeSync(fd);
  }
}

/** Where a closed segment ends, by its seal. */
function sealedStand(fd: number, length: number, { origin }: SegmentHeader): SegmentStand | undefined {
  const last = lastLine(fd, length);
  const line = last === undefined ? undefined : parseLine(last.bytes.toString());
  if (line?.kind !== 'seal') return undefined;
  const { size: first, frontier, open, head: prev, from, to } = line.seal;
  const chain = chainAt(origin, { first, frontier, open, prev }, to);
  return chain && { chain, isSealed: true, from, end: length, length };
}

/** Reads a segment as far as one entry follows from the other. */
function replay(fd: number, length: number, header: SegmentHeader, start: number): SegmentStand | undefined {
  const chain = chainAt(header.origin, header, '');
  if (chain === undefined) return undefined;
  let from = '';
  let end = start;
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

function chainAt(
  origin: string,
  at: Pick<SegmentHeader, 'first' | 'frontier' | 'open' | 'prev'>,
  lastTime: string,
): Chain | undefined {
  try {
    return new Chain(origin, at, lastTime);
  } catch {
    return undefined;
  }
}

/** What a newer version has written must not be taken for damage, and not be gone on with. */
function checkVersion(path: string, text: string): void {
  const version = versionOf(text);
  if (version === undefined || version === FORMAT_VERSION) return;
  throw new InstrumentError('INSTRUMENT_AUDIT_UNAVAILABLE', 'The journal is of another version', [
    {
      path: `${SEGMENTS}/${basename(path)}`,
      found: `version ${version} of the format`,
      expected: `version ${FORMAT_VERSION}`,
      fix: 'Use the version of this package that has written it, or begin a journal in another directory.',
    },
  ]);
}
