import { closeSync, fstatSync, openSync } from 'node:fs';
import { mustBeFile } from './open-file.ts';

/**
 * Opens a file to be read and written; `undefined` when it is not there. Not for appending: Linux would append what is to be
 * overwritten, too (pwrite(2), "Bugs").
 *
 * @throws any other error of the file system, or one like it for what is no file.
 */
export function openExisting(path: string): number | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    mustBeFile(path, fstatSync(fd));
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
