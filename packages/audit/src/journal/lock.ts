import { randomBytes } from 'node:crypto';
import {
  closeSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { InstrumentError } from '@org/instrument-core';
import { LOCK } from './format.ts';

/** How often the owner shows that it lives. */
const BEAT_MILLIS = 10_000;
/** After that long without a sign of life, a lock of another machine is taken for left behind: six beats. */
const STALE_MILLIS = 60_000;

/** Who has a journal. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly thread: number;
  /** When the process started, in clock ticks since boot: pids are used again. Linux only. */
  readonly started: string | undefined;
  /** Tells two locks of one process apart. */
  readonly token: string;
  /** When it took the lock: ISO 8601. */
  readonly since: string;
}

/** A directory that is ours. */
export interface DirectoryLock {
  release(): void;
}

/**
 * Takes a directory for this process. A lock whose process is gone is taken over; one of another machine when it has
 * shown no sign of life for a minute.
 *
 * @throws {InstrumentError} `INSTRUMENT_AUDIT_LOCKED` that names the process which has it.
 * @throws the error of the file system when the lock cannot be written.
 */
export function lockDirectory(directory: string): DirectoryLock {
  const path = join(directory, LOCK);
  const token = randomBytes(8).toString('hex');
  const self: Owner = {
    pid: process.pid,
    host: hostname(),
    thread: threadId,
    started: startOf(process.pid),
    token,
    since: new Date().toISOString(),
  };
  const draft = `${path}.${token}`;
  writePrivate(draft, `${JSON.stringify(self)}\n`);
  try {
    // Each round either takes the lock, or removes one left behind; others may be at the same.
    for (let round = 0; round < 10; round++) {
      if (tryLink(draft, path)) return held(path, token);
      const owner = readOwner(path);
      if (owner !== undefined && isAlive(owner, path)) throw refused(directory, owner);
      removeStale(path, owner);
    }
    throw refused(directory, readOwner(path));
  } finally {
    unlinkSync(draft);
  }
}

function held(path: string, token: string): DirectoryLock {
  const beat = setInterval(() => {
    try {
      const now = new Date();
      utimesSync(path, now, now);
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

function tryLink(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes a lock away that was left behind: by renaming, so that of several only one does, and no newer lock is lost. */
function removeStale(path: string, seen: Owner | undefined): void {
  const aside = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  // Somebody was faster, and this is their lock.
  if (readOwner(aside)?.token !== seen?.token) tryLink(aside, path);
  unlinkSync(aside);
}

function isAlive(owner: Owner, path: string): boolean {
  if (owner.host !== hostname()) return Date.now() - statSync(path).mtimeMs < STALE_MILLIS;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM: there is such a process, of another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const started = startOf(owner.pid);
  return started === undefined || owner.started === undefined || started === owner.started;
}

/** The start of a process (proc(5), /proc/pid/stat, field 22); the name in field 2 may hold spaces and parentheses. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function readOwner(path: string): Owner | undefined {
  try {
    const owner = JSON.parse(readFileSync(path, 'utf8')) as Owner;
    return Number.isInteger(owner.pid) && typeof owner.token === 'string' ? owner : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a live process has the directory: what is written at its end is no damage. */
export function isLocked(directory: string): boolean {
  const path = join(directory, LOCK);
  const owner = readOwner(path);
  try {
    return owner !== undefined && isAlive(owner, path);
  } catch {
    return false;
  }
}

function writePrivate(path: string, text: string): void {
  const fd = openSync(path, 'wx', 0o600);
  try {
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
}

function refused(directory: string, owner: Owner | undefined): InstrumentError {
  const who =
    owner === undefined
      ? 'another process'
      : `process ${owner.pid} on ${owner.host}${owner.thread === 0 ? '' : `, thread ${owner.thread}`}, since ${owner.since}`;
  return new InstrumentError('INSTRUMENT_AUDIT_LOCKED', 'The journal belongs to another process', [
    {
      path: 'audit.directory',
      found: `${directory}, which ${who} has`,
      expected: 'a directory that no other process has',
      fix: 'Give each process a directory of its own, or stop that one. A lock of a process that is gone is taken over by itself.',
    },
  ]);
}
