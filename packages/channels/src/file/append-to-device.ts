import type { FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** How often a full pipe is tried again: a reader that keeps up empties its 64 KiB (pipe(7)) in far less time. */
const AGAIN_MILLIS = 10;
/** Times in a row after which its reader is taken to have stopped: one second. */
const MAX_TIMES = 100;

/**
 * Writes to a device or a pipe that never waits, as fast as its reader takes it.
 *
 * @returns how many bytes it took, until it took no more.
 * @throws the error of the file system when it took none, save that it is full.
 */
export async function appendToDevice(handle: FileHandle, bytes: Uint8Array): Promise<number> {
  let done = 0;
  for (let times = 0; done < bytes.length && times < MAX_TIMES; ) {
    try {
      const { bytesWritten } = await handle.write(bytes, done);
      done += bytesWritten;
      times = 0;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') {
        times++;
        await sleep(AGAIN_MILLIS);
      } else if (done > 0) break;
      else throw error;
    }
  }
  return done;
}
