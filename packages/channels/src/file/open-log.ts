import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { WRITE_AT_ONCE } from '@org/instrument-core/directory';

// Read as well: the end of a file that a process died over must be seen, and what a full disk took a part of.
const FILE = WRITE_AT_ONCE | constants.O_APPEND | constants.O_CREAT;
// Not read: a pipe that is open for reading takes what nobody else reads.
const DEVICE = constants.O_WRONLY | constants.O_APPEND | (constants.O_NONBLOCK ?? 0);

/** A file that is appended to, or what stands in its place. */
export interface Log {
  readonly handle: FileHandle;
  /** Not so of a device or a pipe, such as `/dev/stdout`: what it took is gone from here, and it may take more later. */
  readonly isFile: boolean;
}

/**
 * Opens a file to append to; it is made when there is none. No call waits for who reads a pipe: it would hold a thread, which the
 * process could not end without.
 *
 * @throws the error of the file system; of a pipe that nobody reads, one that says so.
 */
export async function openLog(path: string): Promise<Log> {
  const named = await stat(path).catch(absent);
  const handle = await open(path, named?.isFile() === false ? DEVICE : FILE, 0o600).catch(unread);
  return { handle, isFile: (await handle.stat()).isFile() };
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

function unread(error: NodeJS.ErrnoException): never {
  // open(2): of a pipe, and of a socket, which has no name that it could be opened by.
  if (error.code !== 'ENXIO') throw error;
  throw new Error('it is a pipe that nobody reads, or a socket', { cause: error });
}
