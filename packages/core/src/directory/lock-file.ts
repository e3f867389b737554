import { closeSync, linkSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { isAlive, isFresh, type Owner } from './lock-owner.ts';
import { READ_AT_ONCE } from './open-flags.ts';

/** Between two looks at a lock that another process is removing. */
const STEP_MILLIS = 5;
/** Far more than is said of an owner. */
const MAX_OWNER_BYTES = 64 * 1024;

/** A name beside a lock, for what is to be linked into its place. */
export function draftOf(path: string, token: string): string {
  return `${path}.${token}`;
}

/** Writes a file that says who has the directory, for the user alone; it must not be there. */
export function writeOwner(path: string, owner: Owner): void {
  writeFileSync(path, `${JSON.stringify(owner)}\n`, { flag: 'wx', mode: 0o600 });
}

/**
 * What a lock says; `undefined` when it says nothing, or is gone.
 *
 * @throws the error of the file system: a lock that cannot be read may well be somebody's.
 */
export function readOwner(path: string): Owner | undefined {
  let text: string;
  try {
    text = readNow(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const owner = JSON.parse(text) as Owner;
    return Number.isInteger(owner.pid) && typeof owner.token === 'string' ? owner : undefined;
  } catch {
    return undefined;
  }
}

/** A named pipe in its place says nothing; of what is longer than any lock, only the beginning is read, which says nothing. */
function readNow(path: string): string {
  const fd = openSync(path, READ_AT_ONCE);
  try {
    const bytes = Buffer.alloc(MAX_OWNER_BYTES);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(fd, bytes, length, bytes.length - length, null);
    }
    return bytes.toString('utf8', 0, length);
  } finally {
    closeSync(fd);
  }
}

/** Gives a draft a second name; `false` when that is taken. */
export function tryLink(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Takes a lock away that was left behind. Only one process at a time does so, and looks again before: a lock that
 * somebody else has taken meanwhile must not be lost, nor one whose owner has come back.
 */
export function removeStale(path: string, draft: string, seen: Owner | undefined): void {
  const guard = draftOf(path, '0'.repeat(16));
  if (!tryLink(draft, guard)) {
    // One that was left behind itself is in nobody's way for longer than this.
    if (!isFresh(guard)) rmSync(guard, { force: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STEP_MILLIS);
    return;
  }
  try {
    const owner = readOwner(path);
    const isBack = owner !== undefined && isAlive(owner, path);
    if (owner?.token === seen?.token && !isBack) rmSync(path, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}
