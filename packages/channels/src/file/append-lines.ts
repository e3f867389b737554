import type { FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { appendToDevice } from './append-to-device.ts';
import type { Log } from './open-log.ts';

const LINE_FEED = 10;
/** A write that is under way adds page after page, in far less time than this. */
const GROWING_MILLIS = 20;

/** What became of lines. */
export interface Appended {
  /** How many are there, whole. */
  readonly count: number;
  /** Whether a part of the next one is there, too. */
  readonly isTorn: boolean;
}

/**
 * Appends lines to a file with one write, so that lines of several processes do not mix (`O_APPEND`; POSIX, `write`). The disk may
 * take a part of it: the line that was cut is taken out again. Out of a device or a pipe nothing can be taken.
 *
 * @throws the error of the file system when there is none.
 */
export async function appendLines({ handle, isFile }: Log, lines: readonly Uint8Array[]): Promise<Appended> {
  const bytes = Buffer.concat(lines);
  const taken = isFile ? (await handle.write(bytes)).bytesWritten : await appendToDevice(handle, bytes);
  if (taken === bytes.length) return { count: lines.length, isTorn: false };
  let count = 0;
  let whole = 0;
  for (const line of lines) {
    if (whole + line.length > taken) break;
    whole += line.length;
    count++;
  }
  if (!isFile) return { count, isTorn: taken > whole };
  await takeBack(handle, bytes.subarray(whole, taken));
  return { count, isTorn: false };
}

/** Takes the beginning of a line off the end of a file, if it is there: another process may have written since. */
async function takeBack(handle: FileHandle, part: Uint8Array): Promise<void> {
  if (part.length === 0) return;
  const { size } = await handle.stat();
  const end = Buffer.alloc(part.length);
  const { bytesRead } = await handle.read(end, 0, part.length, size - part.length);
  if (bytesRead === part.length && end.equals(part)) await handle.truncate(size - part.length);
}

/**
 * Whether a file ends in the middle of a line: a process that wrote to it, or the machine, has died. The end of what another process is
 * writing at this moment is no such end, and soon grows.
 */
export async function endsTorn(handle: FileHandle): Promise<boolean> {
  for (let before = -1; ; ) {
    const { size } = await handle.stat();
    if (size === 0 || !(await isCutAt(handle, size))) return false;
    if (size === before) return true;
    before = size;
    await sleep(GROWING_MILLIS);
  }
}

async function isCutAt(handle: FileHandle, size: number): Promise<boolean> {
  const last = Buffer.alloc(1);
  const { bytesRead } = await handle.read(last, 0, 1, size - 1);
  return bytesRead === 1 && last[0] !== LINE_FEED;
}
