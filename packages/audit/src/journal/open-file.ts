import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

// Anything may stand in the place of a file of a journal. A named pipe that nobody writes to would keep who opens it waiting
// for good. Windows has no such flag, and no such files.
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a file of a journal to be read.
 *
 * @throws the error of the file system, or one like it for what is no file.
 */
export async function openFile(path: string): Promise<FileHandle> {
  const handle = await open(path, FLAGS);
  try {
    mustBeFile(path, await handle.stat());
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** As {@link openFile}, at once. */
export function openFileNow(path: string): number {
  const fd = openSync(path, FLAGS);
  try {
    mustBeFile(path, fstatSync(fd));
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** The content of a file of a journal; throws as {@link openFile}. */
export function readFileNow(path: string): Buffer {
  const fd = openFileNow(path);
  try {
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** @throws an error like one of the file system for what is no file. */
export function mustBeFile(path: string, stats: Stats): void {
  if (!stats.isFile()) throw Object.assign(new Error(`${path} is no regular file`), { syscall: 'open' });
}
