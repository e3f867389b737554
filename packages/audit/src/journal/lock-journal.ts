import { InstrumentError } from '@org/instrument-core';
import {
  type DirectoryLock,
  DirectoryLockedError,
  describeOwner,
  isThisProcess,
  lockDirectory,
} from '@org/instrument-core/directory';

/**
 * Takes the directory of a journal for this process; see {@link lockDirectory}.
 *
 * @throws {InstrumentError} `INSTRUMENT_AUDIT_LOCKED` that names the process which has it.
 * @throws the error of the file system when the lock cannot be read or written.
 */
export function lockJournal(directory: string, onLost?: () => void): DirectoryLock {
  try {
    return lockDirectory(directory, onLost);
  } catch (error) {
    if (!(error instanceof DirectoryLockedError)) throw error;
    const { owner } = error;
    const isOurs = owner !== undefined && isThisProcess(owner);
    throw new InstrumentError('INSTRUMENT_AUDIT_LOCKED', 'The journal belongs to somebody else', [
      {
        path: 'audit.directory',
        found: `${directory}, which ${isOurs ? `process ${owner.pid}, this very one, in thread ${owner.thread},` : describeOwner(owner)} has`,
        expected: 'a directory that nobody else has',
        fix: isOurs
          ? 'Open it once, and give each thread a directory of its own.'
          : 'Give each process a directory of its own, or stop that one. A lock of a process that is gone is taken over by itself.',
      },
    ]);
  }
}

/** To be called right before each write to the directory: throws when it must not be changed any more. */
export type Guard = () => void;

/** Of a directory that nobody else can have. */
export const UNGUARDED: Guard = () => {};

/**
 * The guard of a directory. It throws when another process has taken that over, and the error of the file system when that
 * cannot be told.
 */
export function guardOf(lock: DirectoryLock): Guard {
  return () => {
    if (!lock.isHeld()) throw new Error('another process has taken the directory over');
  };
}
