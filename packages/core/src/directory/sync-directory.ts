import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const PRIVATE = { mode: 0o700 } as const;

/** A directory that may be written and not read, and file systems whose directories cannot be synced, or need not be. */
const CANNOT: readonly (string | undefined)[] = ['EACCES', 'EPERM', 'EINVAL', 'EBADF', 'ENOTSUP', 'ENOSYS'];

/**
 * Brings the names in a directory to disk. Does nothing where that cannot be done at all, as on Windows.
 *
 * @throws the error of the file system for what should have gone well.
 */
export function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  try {
    const fd = openSync(path, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (!CANNOT.includes((error as NodeJS.ErrnoException).code)) throw error;
  }
}

/**
 * Brings a file to disk.
 *
 * @throws the error of the file system.
 */
export function syncFile(path: string): void {
  const fd = openSync(path, 'r+');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * Makes a directory, and those above it, for the user alone. Their names are on disk when this returns. One step at a
 * time: `mkdirSync` of Node.js, asked to do it all, never returns where a file system takes no directories (`/proc`).
 *
 * @throws the error of the file system.
 */
export function makeDirectory(path: string): void {
  try {
    mkdirSync(path, PRIVATE);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw error;
    makeDirectory(dirname(path));
    mkdirSync(path, PRIVATE);
  }
  syncDirectory(dirname(path));
}
