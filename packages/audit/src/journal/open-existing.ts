import { openSync } from 'node:fs';
import { WRITE_AT_ONCE } from '@org/instrument-core/directory';
import { onlyFile, openOwnFile } from './open-file.ts';

/**
 * Opens a file to be read and written; `undefined` when it is not there. Not for appending: Linux would append what is to be
 * overwritten, too (pwrite(2), "Bugs"). `isLinkMeant`: it may be a link to one.
 *
 * @throws any other error of the file system, or one like it for what is no file.
 */
export function openExisting(path: string, isLinkMeant = false): number | undefined {
  try {
    return isLinkMeant ? onlyFile(path, openSync(path, WRITE_AT_ONCE)) : openOwnFile(path, WRITE_AT_ONCE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
