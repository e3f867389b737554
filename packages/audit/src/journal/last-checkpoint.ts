import { closeSync, fstatSync, readSync } from 'node:fs';
import { parseCheckpoints, type StoredCheckpoint } from '../checkpoint/checkpoints-file.ts';
import { openExisting } from './open-existing.ts';

/** Bytes at the end of the file that are read to find the last checkpoint: one has some 200. */
const TAIL_BYTES = 64 * 1024;
/** As many are read at most, in search of one that counts: some 60,000 of somebody else, or bytes of no meaning. */
const MAX_TAIL_BYTES = 16 * 1024 * 1024;

/** The end of a file of checkpoints. */
export interface CheckpointsEnd {
  /** Bytes up to the end of the last checkpoint that is complete, and bytes of the file. */
  readonly goodBytes: number;
  readonly bytes: number;
  /** The last checkpoint of that journal that counts. */
  readonly last: StoredCheckpoint | undefined;
}

/**
 * Reads a file of checkpoints, which is the caller's to write to, from its end; `undefined` when there is none. `isMeant`
 * tells which of them count: somebody else may have appended others. Where so much was appended that it is no longer found, none counts,
 * as if the file had been removed, and what is there stays as evidence.
 *
 * @throws the error of the file system.
 */
export function readCheckpointsEnd(
  path: string,
  origin: string,
  isMeant: (checkpoint: StoredCheckpoint) => boolean = () => true,
): CheckpointsEnd | undefined {
  const fd = openExisting(path);
  if (fd === undefined) return undefined;
  try {
    const { size } = fstatSync(fd);
    for (let length = TAIL_BYTES; ; length *= 4) {
      const end = readEnd(fd, size, Math.min(length, size), origin, isMeant);
      if (end.last !== undefined || length >= size) return end;
      if (length >= MAX_TAIL_BYTES) return { goodBytes: size, bytes: size, last: undefined };
    }
  } finally {
    closeSync(fd);
  }
}

function readEnd(
  fd: number,
  size: number,
  length: number,
  origin: string,
  isMeant: (checkpoint: StoredCheckpoint) => boolean,
): CheckpointsEnd {
  const tail = Buffer.allocUnsafe(length);
  const start = size - length;
  readSync(fd, tail, 0, length, start);
  // A note begins with the origin, after the empty line that ends the one before.
  const found = start === 0 ? -2 : tail.indexOf(`\n\n${origin}\n`);
  const from = found === -1 ? 0 : found + 2;
  const { checkpoints, goodBytes, isTorn } = parseCheckpoints(tail.subarray(from).toString());
  const last = checkpoints.findLast((each) => each.origin === origin && isMeant(each));
  return { goodBytes: isTorn ? start + from + goodBytes : size, bytes: size, last };
}
