import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Brings the names in a directory to disk. Does nothing where directories cannot be opened (Windows). */
export function syncDirectory(path: string): void {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return;
  }
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
