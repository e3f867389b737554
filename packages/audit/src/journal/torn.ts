import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makeDirectory, syncDirectory, WRITE_AT_ONCE, writeWhole } from '@org/instrument-core/directory';
import { TORN } from './format.ts';
import { openOwnFile } from './open-file.ts';

const COPY_BYTES = 1 << 20;

/**
 * Moves the end of a file to `torn/`: the copy is on disk before it is cut off. Does nothing where there is no more.
 *
 * @throws the error of the file system; then the file is as it was.
 */
export function moveTorn(
  directory: string,
  path: string,
  from: number,
): { readonly bytes: number; readonly file: string } | undefined {
  const source = openOwnFile(path, WRITE_AT_ONCE);
  try {
    if (fstatSync(source).size <= from) return undefined;
    const stamp = new Date().toISOString().replaceAll(/[^\d]/g, '');
    const file = join(TORN, `${basename(path)}-${from}-${stamp}`);
    makeDirectory(join(directory, TORN));
    const bytes = copyEnd(source, from, join(directory, file));
    syncDirectory(join(directory, TORN));
    syncDirectory(directory);
    ftruncateSync(source, from);
    fsyncSync(source);
    return { bytes, file };
  } finally {
    closeSync(source);
  }
}

function copyEnd(source: number, from: number, to: string): number {
  // Nobody else's file, or link, is written through.
  const copy = openSync(to, 'wx', 0o600);
  try {
    const block = Buffer.allocUnsafe(COPY_BYTES);
    let bytes = 0;
    for (;;) {
      const read = readSync(source, block, 0, block.length, from + bytes);
      if (read === 0) break;
      writeWhole(copy, block.subarray(0, read), bytes);
      bytes += read;
    }
    fsyncSync(copy);
    return bytes;
  } finally {
    closeSync(copy);
  }
}
