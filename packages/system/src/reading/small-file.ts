import { closeSync, openSync, readSync } from 'node:fs';

const FIRST_BYTES = 65_536;
/** More than any file of the kernel: `/proc/stat` of 4,096 CPUs has one. */
const MOST_BYTES = 4_194_304;

let buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);

/**
 * The text of a file that the kernel makes when it is read: microseconds, so that it is not worth a thread. It is opened
 * anew each time, for a file held open would stay that of a control group that the process has left. Throws as `fs` does.
 */
export function readSmallFile(path: string): string {
  const file = openSync(path, 'r');
  try {
    let length = 0;
    while (length < MOST_BYTES) {
      if (length === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2);
      const read = readSync(file, buffer, length, buffer.length - length, null);
      if (read === 0) break;
      length += read;
    }
    return buffer.toString('utf8', 0, length);
  } finally {
    closeSync(file);
  }
}
