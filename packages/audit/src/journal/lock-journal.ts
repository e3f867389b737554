import { InstrumentError } from '@org/instrument-core';
import {
  type DirectoryLock,
  DirectoryLockedError,
  describeOwner,
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
    throw new InstrumentError('INSTRUMENT_AUDIT_LOCKED', 'The journal belongs to another process', [
      {
        path: 'audit.directory',
        found: `${directory}, which ${describeOwner(error.owner)} has`,
        expected: 'a directory that no other process has',
        fix: 'Give each process a directory of its own, or stop that one. A lock of a process that is gone is taken over by itself.',
      },
    ]);
  }
}
