import { randomBytes } from 'node:crypto';
import { lstat, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { syncDirectory } from '@org/instrument-core/directory';
import { draftName, firstOfHashes, firstOfSegment, hashesName, SEGMENTS } from './format.ts';
import { isFile } from './is-file.ts';
import { DamagedSegmentError, type ReadSegment, readClosedSegment } from './segment-hashes.ts';

/** What is kept. */
export interface RetentionLimits {
  readonly maxAgeMillis: number | undefined;
  readonly maxBytes: number | undefined;
}

/** A closed segment. */
export interface ClosedSegment {
  readonly path: string;
  readonly first: number;
  readonly bytes: number;
  /** First index after it. */
  readonly end: number;
  /** Unix time in milliseconds when it was written to for the last time. */
  readonly writtenMillis: number;
}

/**
 * The closed segments that the limits leave no room for, oldest first. The newest closed one always stays, since the
 * next begins where it ends.
 */
export async function expiredSegments(
  directory: string,
  openFrom: number,
  limits: RetentionLimits,
  nowMillis: number,
): Promise<ClosedSegment[]> {
  const closed = await closedSegments(directory, openFrom);
  let bytes = closed.reduce((sum, segment) => sum + segment.bytes, 0);
  const expired: ClosedSegment[] = [];
  for (const segment of closed.slice(0, -1)) {
    const { maxAgeMillis, maxBytes } = limits;
    const isOld = maxAgeMillis !== undefined && nowMillis - segment.writtenMillis > maxAgeMillis;
    const isTooMuch = maxBytes !== undefined && bytes > maxBytes;
    if (!isOld && !isTooMuch) break;
    expired.push(segment);
    bytes -= segment.bytes;
  }
  return expired;
}

/** All closed segments, oldest first. `openFrom`: the first index that is in none. */
export async function closedSegments(directory: string, openFrom: number): Promise<ClosedSegment[]> {
  const firsts = (await readdir(join(directory, SEGMENTS)))
    .flatMap((name) => {
      const first = firstOfSegment(name);
      return first === undefined || first >= openFrom ? [] : { name, first };
    })
    .sort((a, b) => a.first - b.first);
  return Promise.all(
    firsts.map(async ({ name, first }, i) => {
      const path = join(directory, SEGMENTS, name);
      // A link that leads nowhere keeps none of the others.
      const { size: bytes, mtimeMs: writtenMillis } = await stat(path).catch(() => lstat(path));
      return { path, first, bytes, end: firsts[i + 1]?.first ?? openFrom, writtenMillis };
    }),
  );
}

/** Whether anything was removed, by whomever. */
export async function hasHashes(directory: string): Promise<boolean> {
  const names = await readdir(join(directory, SEGMENTS));
  return names.some((name) => firstOfHashes(name) !== undefined);
}

/** Hashes that are ready to take the place of a segment. */
export interface PreparedHashes extends ReadSegment {
  /** Puts them there, and the segment away. */
  replace(): Promise<void>;
  /** Takes them back, unless they are in place. */
  discard(): Promise<void>;
}

/**
 * Writes down the hashes of a segment: with them proofs go on working once its entries are gone.
 *
 * @throws DamagedSegmentError for one that is not as it was written: what would show what happened must not be removed.
 * @throws the error of the file system.
 */
export async function prepareHashes(
  directory: string,
  origin: string,
  segment: ClosedSegment,
): Promise<PreparedHashes> {
  if (!isFile(segment.path)) throw new DamagedSegmentError(segment.path);
  const segments = join(directory, SEGMENTS);
  const path = join(segments, hashesName(segment.first));
  const draft = join(segments, draftName(segment.first, randomBytes(4).toString('hex')));
  const file = await open(draft, 'wx', 0o600);
  let read: ReadSegment;
  try {
    try {
      read = await readClosedSegment(segment, origin, { onHashes: (hashes) => file.appendFile(hashes) });
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  return {
    ...read,
    replace: async () => {
      await rename(draft, path);
      syncDirectory(segments);
      await rm(segment.path, { force: true });
      syncDirectory(segments);
    },
    discard: () => rm(draft, { force: true }),
  };
}
