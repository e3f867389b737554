import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Only the user may read and write. */
export const PRIVATE_MODE = 0o600;

/**
 * Writes a small file as a whole, for the user alone, so that after a crash there is all of it or nothing, and it is on
 * disk when this returns. The caller has the directory for itself.
 */
export function writeDurably(file: string, content: string): void {
  const unfinished = `${file}.tmp`;
  // Left by a crash: `wx` makes sure that nobody else's file, or link, is written through.
  rmSync(unfinished, { force: true });
  const descriptor = openSync(unfinished, 'wx', PRIVATE_MODE);
  try {
    const bytes = Buffer.from(content);
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(unfinished, file);
  syncDirectory(dirname(file));
}

/** Brings names of files to disk. Windows does so by itself and refuses to be asked. */
function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
