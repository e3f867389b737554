import { closeSync, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { READ_AT_ONCE } from '@org/instrument-core/directory';

/**
 * Opens a file of a journal to be read.
 *
 * @throws the error of the file system, or one like it for what is no file.
 */
export async function openFile(path: string): Promise<FileHandle> {
  const handle = await open(path, READ_AT_ONCE);
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
  return onlyFile(path, openSync(path, READ_AT_ONCE));
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

/** The same descriptor; closes that of what is no file, and throws an error like one of the file system. */
export function onlyFile(path: string, fd: number): number {
  try {
    mustBeFile(path, fstatSync(fd));
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function mustBeFile(path: string, stats: Stats): void {
  if (!stats.isFile()) throw Object.assign(new Error(`${path} is no regular file`), { syscall: 'open' });
}
