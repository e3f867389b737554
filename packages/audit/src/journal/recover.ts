import { closeSync, fsyncSync, readdirSync, unlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { InstrumentError } from '@org/instrument-core';
import { syncDirectory, warnOfOthers } from '@org/instrument-core/directory';
import type { Chain } from './chain.ts';
import {
  CHECKPOINTS,
  firstOfHashes,
  firstOfSegment,
  isDraft,
  SEGMENTS,
  SUBJECTS,
  segmentName,
} from './format.ts';
import { isFile } from './is-file.ts';
import { readCheckpointsEnd } from './last-checkpoint.ts';
import { openExisting } from './open-existing.ts';
import { type SegmentStand, standOfSegment } from './segment-stand.ts';
import { moveTorn } from './torn.ts';

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
 * Finds out where a journal stands. Of a segment that was closed, and signed to its end, only the last line is read. One
 * that was not is read to its last whole entry; what follows was acknowledged to nobody, and is moved to `torn/`. A crash damages the last
 * segment alone, since the one before was on disk by then: one before that cannot be read is left as it is.
 *
 * What the process before has written, and had no time to bring to disk, is there when this returns. Nothing is written through
 * a link but the keys of persons, and who else may write to the directory is told.
 *
 * @throws {InstrumentError} `INSTRUMENT_AUDIT_UNAVAILABLE` when something else than a crash has damaged it, or a newer
 * version has written it.
 * @throws the error of the file system.
 */
export function recoverJournal(directory: string): FoundJournal {
  const segments = join(directory, SEGMENTS);
  for (const each of [directory, segments]) {
    warnOfOthers(each, 'audit: the directory of the journal', 'can put files of their own into it');
  }
  const names = readdirSync(segments).sort();
  const paths = names
    .filter((name) => firstOfSegment(name) !== undefined)
    .map((name) => join(segments, name));
  const last = paths.at(-1);
  const isSigned = (origin: string, size: number): boolean => signedSize(directory, origin) >= size;
  const lastStand = last === undefined ? undefined : standOfSegment(last, isSigned);
  const isBegun = lastStand !== undefined && !isEmpty(lastStand);
  // Not even its header may be there, or no more than that, which says nothing that the segment before does not.
  const path = isBegun ? last : paths.at(-2);
  const stand = isBegun || path === undefined ? lastStand : standOfSegment(path, () => true);
  if (path !== undefined && (stand === undefined || !(isBegun || isWhole(stand)))) {
    throw damaged(path, 'a segment without its beginning or its end');
  }
  checkHashes(segments, names, path === undefined ? 0 : (stand?.chain.size ?? 0));

  for (const name of leftOver(segments, names)) unlinkSync(join(segments, name));
  const torn = last === undefined ? undefined : moveTorn(directory, last, lastStand?.end ?? 0);
  if (last !== undefined && !isBegun) unlinkSync(last);
  const tornBytes = torn?.bytes ?? 0;
  const tornFile = torn?.file;
  if (path === undefined || stand === undefined) {
    return { chain: undefined, unsealed: undefined, tornBytes, tornFile };
  }
  syncLeft(directory, path);
  const unsealed = stand.isSealed ? undefined : { path, bytes: stand.end, from: stand.from };
  return { chain: stand.chain, unsealed, tornBytes, tornFile };
}

/** Entries that the last checkpoint covers, which were on disk when it was signed. */
function signedSize(directory: string, origin: string): number {
  return readCheckpointsEnd(join(directory, CHECKPOINTS), origin)?.last?.size ?? 0;
}

/** What a crash has left of removing segments: drafts, and hashes of what is still there; the removal begins anew. */
function leftOver(segments: string, names: readonly string[]): string[] {
  return names.filter((name) => {
    const first = firstOfHashes(name);
    return isDraft(name) || (first !== undefined && isFile(join(segments, segmentName(first))));
  });
}

function isEmpty({ isSealed, from }: SegmentStand): boolean {
  return !isSealed && from === '';
}

/** Whether it may stand before another. */
function isWhole(stand: SegmentStand): boolean {
  return !isEmpty(stand) && stand.end === stand.length;
}

/** The newest closed segment always stays: where only hashes are, somebody has removed what followed. */
function checkHashes(segments: string, names: readonly string[], size: number): void {
  const beyond = names.find((name) => (firstOfHashes(name) ?? -1) >= size);
  if (beyond !== undefined) throw damaged(join(segments, beyond), 'hashes that no segment follows');
}

/** What a killed process has left to the operating system: what comes next must not be on disk without it. */
function syncLeft(directory: string, segment: string): void {
  syncExisting(openExisting(segment));
  syncDirectory(join(directory, SEGMENTS));
  syncExisting(openExisting(join(directory, SUBJECTS), true));
}

/** Brings a file to disk, where there is one. */
function syncExisting(fd: number | undefined): void {
  if (fd === undefined) return;
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function damaged(path: string, found: string): InstrumentError {
  return new InstrumentError('INSTRUMENT_AUDIT_UNAVAILABLE', 'The journal was damaged, and cannot go on', [
    {
      path: `${SEGMENTS}/${basename(path)}`,
      found,
      expected: 'a journal as it was written',
      fix: 'Run "instrument-audit verify" on the directory, and put back what is missing, or begin a journal in another one.',
    },
  ]);
}
