import { closeSync, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { grouped } from '@org/instrument-core';
import { NO_LINK, READ_AT_ONCE } from '@org/instrument-core/directory';

/** Far more than a file of a key has. */
const MAX_SMALL_BYTES = 1024 * 1024;

/**
 * Opens a file of a journal to be read.
 *
 * @throws the error of the file system, or one like it for what is no file.
 */
export async function openFile(path: string): Promise<FileHandle> {
  const handle = await open(path, READ_AT_ONCE);
  try {
    mustBeFile(path, await handle.stat());
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** As {@link openFile}, at once. */
export function openFileNow(path: string): number {
  return onlyFile(path, openSync(path, READ_AT_ONCE));
}

/** As {@link openFileNow}, of a file that the journal goes on writing: throws for a link to one as well. */
export function openOwnFile(path: string, flags: number = READ_AT_ONCE): number {
  return onlyFile(path, openNoLink(path, flags));
}

/** Opens what is no link, as {@link openOwnFile}, where it is known to be a file. */
export function openNoLink(path: string, flags: number): number {
  try {
    return openSync(path, flags | NO_LINK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ELOOP') throw error;
    throw asOfFileSystem(`${path} is no regular file, but a symbolic link`);
  }
}

/** The content of a small file of a journal; throws as {@link openFile}, and for one that is not small. */
export async function readSmallFile(path: string): Promise<Buffer> {
  const file = await openFile(path);
  try {
    mustBeSmall(path, await file.stat(), MAX_SMALL_BYTES);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** As {@link readSmallFile}, at once. `maxBytes`: what it may have; 1 MiB unless said otherwise. */
export function readFileNow(path: string, maxBytes: number = MAX_SMALL_BYTES): Buffer {
  const fd = openFileNow(path);
  try {
    mustBeSmall(path, fstatSync(fd), maxBytes);
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** The same descriptor; closes that of what is no file, and throws an error like one of the file system. */
export function onlyFile(path: string, fd: number): number {
  try {
    mustBeFile(path, fstatSync(fd));
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function mustBeFile(path: string, stats: Stats): void {
  if (!stats.isFile()) throw asOfFileSystem(`${path} is no regular file`);
}

function mustBeSmall(path: string, { size }: Stats, maxBytes: number): void {
  if (size > maxBytes) throw asOfFileSystem(`${path} has ${grouped(size)} bytes, which it cannot have`);
}

function asOfFileSystem(message: string): Error {
  return Object.assign(new Error(message), { syscall: 'open' });
}
