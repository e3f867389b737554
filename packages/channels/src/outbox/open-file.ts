import { closeSync, constants, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { NO_LINK, READ_AT_ONCE, WRITE_AT_ONCE } from '@org/instrument-core/directory';

/** The content of a file of an outbox; throws as {@link openToWrite}. */
export function readWhole(path: string): Buffer {
  const fd = open(path, READ_AT_ONCE);
  try {
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * Opens a file of an outbox that is there.
 *
 * @throws the error of the file system; for a link, or what is no regular file, one that says so.
 */
export function openToWrite(path: string): number {
  return open(path, WRITE_AT_ONCE);
}

/** Adds to a file of an outbox; throws as {@link openToWrite}. */
export function appendToFile(path: string, content: string | Uint8Array): void {
  writeAndClose(open(path, WRITE_AT_ONCE | constants.O_APPEND | constants.O_CREAT), content);
}

/** Adds to a file of an outbox that is there; throws as {@link openToWrite}. */
export function appendToExisting(path: string, content: string): void {
  writeAndClose(open(path, WRITE_AT_ONCE | constants.O_APPEND), content);
}

/** What is said of a link, or of what is no regular file. */
export function noFile(path: string, what: 'a link' | 'no regular file'): Error {
  return new Error(`${path} is ${what}, which an outbox does not use`);
}

function open(path: string, flags: number): number {
  let fd: number;
  try {
    fd = openSync(path, flags | NO_LINK, 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ENXIO: a pipe that nobody reads, or a socket.
    if (code === 'ENXIO') throw noFile(path, 'no regular file');
    if (code === 'ELOOP') throw noFile(path, 'a link');
    throw error;
  }
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw noFile(path, 'no regular file');
}

function writeAndClose(fd: number, content: string | Uint8Array): void {
  try {
    writeFileSync(fd, content);
  } finally {
    closeSync(fd);
  }
}
