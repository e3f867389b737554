import { openSync } from 'node:fs';

/**
 * Opens a file to be read and written; `undefined` when it is not there. Not for appending: Linux would append what is to be
 * overwritten, too (pwrite(2), "Bugs").
 *
 * @throws any other error of the file system.
 */
export function openExisting(path: string): number | undefined {
  try {
    return openSync(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
