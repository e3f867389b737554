import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HeldLock } from './held-lock.ts';
import { openLiveSocket } from './live-socket.ts';
import { draftOf, readOwner, removeStale, tryLink, writeOwner } from './lock-file.ts';
import { describeOwner, isAlive, newToken, type Owner, STALE_MILLIS, self } from './lock-owner.ts';
import { isInContainer } from './pid-namespace.ts';

/** File in the directory that says whose it is. */
export const LOCK = 'lock';
/** What is being written, or keeps others away, and was left behind by a crash. */
const LEFT_BEHIND = new RegExp(`^${LOCK}\\.[0-9a-f]{16}$`);

/** A directory belongs to somebody else. */
export class DirectoryLockedError extends Error {
  override readonly name = 'DirectoryLockedError';
  /** Who has it; `undefined` where the lock does not say. */
  readonly owner: Owner | undefined;

  constructor(directory: string, owner: Owner | undefined) {
    super(`${directory} belongs to ${describeOwner(owner)}`);
    this.owner = owner;
  }
}

/** A directory that is ours. */
export interface DirectoryLock {
  /**
   * Whether the directory is still this process's; to be asked right before each write to it. Costs a look at two clocks,
   * and one at the disk where no sign of life was given for longer than there should be: no timer tells a process that was
   * frozen before it goes on. `onLost` is called before this returns `false` for the first time.
   *
   * @throws the error of the file system where that cannot be told.
   */
  isHeld(): boolean;
  release(): void;
}

/**
 * Takes a directory for this process. A lock whose process is gone is taken over; one of another machine or thread, or of a
 * container of which nothing can be seen, when it has shown no sign of life for a minute. `onLost`: somebody else has taken
 * it over, since this process was held up for so long.
 *
 * @throws {DirectoryLockedError} when another has it.
 * @throws the error of the file system when the lock cannot be read or written.
 */
export function lockDirectory(directory: string, onLost: () => void = () => {}): DirectoryLock {
  const path = join(directory, LOCK);
  const token = newToken();
  // Where its pid says nothing to others. It is open before the lock is there, and until that is gone.
  const socket = isInContainer() ? openLiveSocket(token) : undefined;
  const owner = self(token, socket);
  try {
    takeLock(directory, path, owner);
  } catch (error) {
    socket?.close();
    throw error;
  }
  removeLeftBehind(directory);
  return new HeldLock(path, owner, socket, onLost);
}

function takeLock(directory: string, path: string, owner: Owner): void {
  const draft = draftOf(path, owner.token);
  try {
    writeOwner(draft, owner);
    // Each round either takes the lock, or removes one left behind; others may be at the same.
    for (let round = 0; round < 10; round++) {
      if (tryLink(draft, path)) return;
      const seen = readOwner(path);
      if (seen !== undefined && isAlive(seen, path)) throw new DirectoryLockedError(directory, seen);
      removeStale(path, draft, seen);
    }
    throw new DirectoryLockedError(directory, readOwner(path));
  } finally {
    rmSync(draft, { force: true });
  }
}

function removeLeftBehind(directory: string): void {
  try {
    for (const name of readdirSync(directory).filter((each) => LEFT_BEHIND.test(each))) {
      const path = join(directory, name);
      // Younger ones are of processes that are about to find this lock.
      if (Date.now() - statSync(path).mtimeMs > STALE_MILLIS) rmSync(path, { force: true });
    }
  } catch {
    // They are in nobody's way.
  }
}

/** Whether a live process has the directory: what is written at its end is no damage. */
export function isLocked(directory: string): boolean {
  const path = join(directory, LOCK);
  try {
    const owner = readOwner(path);
    return owner !== undefined && isAlive(owner, path);
  } catch {
    return false;
  }
}
