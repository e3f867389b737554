import { InstrumentError } from '@org/instrument-core';
import {
  type DirectoryLock,
  DirectoryLockedError,
  describeOwner,
  isThisProcess,
  lockDirectory,
} from '@org/instrument-core/directory';

/** What this process has, by directory. */
const held = new Map<string, DirectoryLock>();

/**
 * Takes the directory of a journal for this process; see {@link lockDirectory}.
 *
 * @throws {InstrumentError} `INSTRUMENT_AUDIT_LOCKED` that names the process which has it.
 * @throws the error of the file system when the lock cannot be read or written.
 */
export function lockJournal(directory: string, onLost?: () => void): DirectoryLock {
  try {
    const lock = lockDirectory(directory, onLost);
    held.set(directory, lock);
    return {
      isHeld: () => lock.isHeld(),
      release: () => {
        if (held.get(directory) === lock) held.delete(directory);
        lock.release();
      },
    };
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

/**
 * Returns what is to be called right before each write to a directory that is locked now. It throws when another process
 * has taken that over since, and the error of the file system when that cannot be told. Does nothing for a directory that
 * was not locked.
 */
export function guardOf(directory: string): () => void {
  const lock = held.get(directory);
  return () => {
    if (lock?.isHeld() === false) throw new Error('another process has taken the directory over');
  };
}
