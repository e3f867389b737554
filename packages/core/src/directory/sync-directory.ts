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
 * Makes a directory, and those above it, for the user alone. Their names are on disk when this returns. One step at a
 * time: `mkdirSync` of Node.js, asked to do it all, never returns where a file system takes no directories (`/proc`).
 *
 * @throws the error of the file system.
 */
export function makeDirectory(path: string): void {
  const above = dirname(path);
  try {
    if (!make(path)) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    if (!existsSync(above)) makeDirectory(above);
    // Others may be making the same ones: what is missing is tried once more, and what they have made is accepted.
    make(path);
  }
  syncDirectory(above);
}

/** Makes one; `false` when it is there already. */
function make(path: string): boolean {
  try {
    mkdirSync(path, PRIVATE);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && statSync(path).isDirectory()) return false;
    throw error;
  }
}
