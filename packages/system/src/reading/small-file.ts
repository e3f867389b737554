import { closeSync, openSync, readSync } from 'node:fs';

const FIRST_BYTES = 65_536;
/** More than any file of the kernel: `/proc/stat` of 4,096 CPUs has one. */
const MOST_BYTES = 4_194_304;

let buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);

/**
 * The text of a file that the kernel makes when it is read: microseconds, so that it is not worth a thread. Throws as `fs`
 * does.
 */
export function readSmallFile(path: string): string {
  const descriptor = openSync(path, 'r');
  try {
    return readOpenFile(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The text from the start: what is read there is made anew (kernel, Documentation/filesystems/seq_file.rst). */
export function readOpenFile(descriptor: number): string {
  let length = 0;
  while (length < MOST_BYTES) {
    if (length === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2);
    // A file of many lines comes a page at a time, so that only nothing is the end.
    const read = readSync(descriptor, buffer, length, buffer.length - length, length);
    if (read === 0) break;
    length += read;
  }
  return buffer.toString('utf8', 0, length);
}
