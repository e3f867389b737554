import { openSync } from 'node:fs';
import { onlyFile } from './open-file.ts';

/**
 * Opens a file to be read and written; `undefined` when it is not there. Not for appending: Linux would append what is to be
 * overwritten, too (pwrite(2), "Bugs").
 *
 * @throws any other error of the file system, or one like it for what is no file.
 */
export function openExisting(path: string): number | undefined {
  try {
    return onlyFile(path, openSync(path, 'r+'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
