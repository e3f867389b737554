import { randomBytes } from 'node:crypto';
import { linkSync, readdirSync, rmSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeOwner, isAlive, isFresh, type Owner, readOwner, STALE_MILLIS, self } from './lock-owner.ts';

/** File in the directory that says whose it is. */
export const LOCK = 'lock';
/** How often the owner shows that it lives. */
const BEAT_MILLIS = 10_000;
/** Between two looks at a lock that another process is removing. */
const STEP_MILLIS = 5;
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
  release(): void;
}

/**
 * Takes a directory for this process. A lock whose process is gone is taken over; one of another machine or container,
 * or of another thread of this process, when it has shown no sign of life for a minute. `onLost`: somebody else has
 * taken it over, since this process was held up for so long.
 *
 * @throws {DirectoryLockedError} when another has it.
 * @throws the error of the file system when the lock cannot be read or written.
 */
export function lockDirectory(directory: string, onLost: () => void = () => {}): DirectoryLock {
  const path = join(directory, LOCK);
  const token = randomBytes(8).toString('hex');
  const text = `${JSON.stringify(self(token))}\n`;
  const draft = `${path}.${token}`;
  try {
    writeFileSync(draft, text, { flag: 'wx', mode: 0o600 });
    // Each round either takes the lock, or removes one left behind; others may be at the same.
    for (let round = 0; round < 10; round++) {
      if (tryLink(draft, path)) {
        removeLeftBehind(directory);
        return held(path, token, text, onLost);
      }
      const owner = readOwner(path);
      if (owner !== undefined && isAlive(owner, path)) throw new DirectoryLockedError(directory, owner);
      removeStale(path, draft, owner);
    }
    throw new DirectoryLockedError(directory, readOwner(path));
  } finally {
    rmSync(draft, { force: true });
  }
}

function held(path: string, token: string, text: string, onLost: () => void): DirectoryLock {
  const beat = setInterval(() => {
    try {
      const owner = readOwner(path);
      const now = new Date();
      if (owner === undefined) writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
      else if (owner.token === token) utimesSync(path, now, now);
      else {
        clearInterval(beat);
        onLost();
      }
    } catch {
      // The disk may be away; whoever looks meanwhile sees the process itself.
    }
  }, BEAT_MILLIS).unref();
  return {
    release: () => {
      clearInterval(beat);
      try {
        if (readOwner(path)?.token === token) unlinkSync(path);
      } catch {
        // A read-only disk: the next process finds that this one is gone.
      }
    },
  };
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

function tryLink(draft: string, path: string): boolean {
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
 * somebody else has taken meanwhile must not be lost.
 */
function removeStale(path: string, draft: string, seen: Owner | undefined): void {
  const guard = `${path}.${'0'.repeat(16)}`;
  if (!tryLink(draft, guard)) {
    // One that was left behind itself is in nobody's way for longer than this.
    if (!isFresh(guard)) rmSync(guard, { force: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STEP_MILLIS);
    return;
  }
  try {
    if (readOwner(path)?.token === seen?.token) rmSync(path, { force: true });
  } finally {
    rmSync(guard, { force: true });
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
