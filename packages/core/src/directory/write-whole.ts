import { writeSync } from 'node:fs';

/**
 * Writes all bytes from a position on; the operating system may take a part of them at a time.
 *
 * @throws the error of the file system.
 */
export function writeWhole(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(fd, bytes, done, bytes.length - done, position + done);
  }
}
