import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { threadId } from 'node:worker_threads';
import { isSocketOpen, type LiveSocket } from './live-socket.ts';
import { pidNamespace } from './pid-namespace.ts';

/** After that long without a sign of life, a lock of another machine or container is taken for left behind: six beats. */
export const STALE_MILLIS = 60_000;

/** Who has a directory. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly thread: number;
  /** When the process started, in clock ticks since boot: pids are used again. Linux only. */
  readonly started: string | undefined;
  /** Where the pid means that process. Linux only; not in locks of earlier versions. */
  readonly pidNamespace: string | undefined;
  /** Where the socket of the token can be seen that it has open; in containers, see `openLiveSocket`. */
  readonly socketIn?: string | undefined;
  /** Which one it is; not in locks of earlier versions. */
  readonly socketInode?: string | undefined;
  /** Tells two locks of one process apart. */
  readonly token: string;
  /** When it took the lock: ISO 8601. */
  readonly since: string;
}

/** Tells one lock from another. */
export function newToken(): string {
  return randomBytes(8).toString('hex');
}

/** This process and thread, with a token of its own. */
export function self(token: string, socket?: LiveSocket): Owner {
  return {
    pid: process.pid,
    host: hostname(),
    thread: threadId,
    started: startOf(process.pid),
    pidNamespace: pidNamespace(),
    socketIn: socket?.namespace,
    socketInode: socket?.inode,
    token,
    since: new Date().toISOString(),
  };
}

/** An owner in words; of one whose process cannot be seen from here, with what its user can do. */
export function describeOwner(owner: Owner | undefined): string {
  if (owner === undefined) return 'another process';
  const { pid, host, thread, since } = owner;
  const isElsewhere = isInOtherNamespace(owner);
  const place = host === hostname() && isElsewhere ? `in another container on ${host}` : `on ${host}`;
  const words = `process ${pid} ${place}${thread === 0 ? '' : `, thread ${thread}`}, since ${since}`;
  if ((host === hostname() && !isElsewhere) || isSocketSeen(owner)) return words;
  return `${words} (if it is gone, wait: its lock is free within a minute)`;
}

/** Whether it is this process, in whichever thread. */
export function isThisProcess(owner: Owner): boolean {
  if (owner.host !== hostname() || owner.pid !== process.pid || isInOtherNamespace(owner)) return false;
  // The number of a namespace is used again, too.
  return !isOtherStart(owner, startOf(process.pid));
}

/**
 * Whether an owner is there, by its process where that can be seen, or by the socket that it has open, and else by the time
 * of its lock.
 */
export function isAlive(owner: Owner, path: string): boolean {
  const isOpen = isSocketSeen(owner);
  if (isOpen !== undefined) return isOpen;
  if (owner.host !== hostname()) return isFresh(path);
  // On one machine, a time to come is of before the clock was set back, as when one without a battery was switched off.
  if (isInOtherNamespace(owner)) return isFresh(path, STALE_MILLIS);
  let isOfOtherUser = false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
    isOfOtherUser = true;
  }
  const started = startOf(owner.pid);
  if (isOtherStart(owner, started)) return false;
  // Where processes of others are hidden (proc(5), hidepid), it may be any that has been given the pid since.
  if (isOfOtherUser && started === undefined) return isFresh(path, STALE_MILLIS);
  // A thread that was terminated had no chance to give anything back.
  return owner.pid !== process.pid || owner.thread === threadId || isFresh(path);
}

/** Whether its pid means another process here, or none: containers may have been given one host name. */
function isInOtherNamespace(owner: Owner): boolean {
  if (owner.pidNamespace === undefined) return false;
  const own = pidNamespace();
  return own !== undefined && own !== owner.pidNamespace;
}

/** Whether its socket is open; `undefined` for one that has none, or whose cannot be seen from here. */
function isSocketSeen({ token, socketIn, socketInode }: Owner): boolean | undefined {
  return socketIn === undefined ? undefined : isSocketOpen(token, socketIn, socketInode);
}

/** Whether the process of its pid, which started then, is known to be another one. */
function isOtherStart(owner: Owner, started: string | undefined): boolean {
  return started !== undefined && owner.started !== undefined && started !== owner.started;
}

/** Whether a file was touched within the last minute, by a clock that may be ahead of ours by `aheadMillis`. */
export function isFresh(path: string, aheadMillis: number = Number.POSITIVE_INFINITY): boolean {
  const mtimeMillis = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (mtimeMillis === undefined) return false;
  const ageMillis = Date.now() - mtimeMillis;
  return ageMillis < STALE_MILLIS && ageMillis > -aheadMillis;
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
