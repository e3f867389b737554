import { unlinkSync, utimesSync } from 'node:fs';
import { monotonicMillis } from '../clock.ts';
import type { LiveSocket } from './live-socket.ts';
import { readOwner, writeOwner } from './lock-file.ts';
import type { Owner } from './lock-owner.ts';

/** How often the owner shows that it lives. */
const BEAT_MILLIS = 10_000;
/** A beat that is late by half: the process may have been held up, for as long as others wait or longer. */
const DOUBT_MILLIS = 1.5 * BEAT_MILLIS;

/** A lock that this process has. It is touched again and again, for those who can see nothing else of its owner. */
export class HeldLock {
  readonly #path: string;
  readonly #owner: Owner;
  readonly #socket: LiveSocket | undefined;
  readonly #onLost: () => void;
  readonly #beat: NodeJS.Timeout;
  /** When the lock was known to be ours, by either clock. */
  #confirmedMillis = monotonicMillis();
  #confirmedDate = Date.now();
  #isOver = false;

  constructor(path: string, owner: Owner, socket: LiveSocket | undefined, onLost: () => void) {
    this.#path = path;
    this.#owner = owner;
    this.#socket = socket;
    this.#onLost = onLost;
    this.#beat = setInterval(() => this.#showLife(), BEAT_MILLIS).unref();
  }

  /** See `DirectoryLock`. */
  isHeld(): boolean {
    return !this.#isOver && (!this.#isInDoubt() || this.#look());
  }

  release(): void {
    try {
      if (readOwner(this.#path)?.token === this.#owner.token) unlinkSync(this.#path);
    } catch {
      // A read-only disk: the next process finds that this one is gone.
    }
    this.#end();
  }

  #showLife(): void {
    try {
      this.#look();
    } catch {
      // The disk may be away; whoever looks meanwhile sees the process itself.
    }
  }

  /**
   * By the clock that says more: the monotonic one may stand still while a machine is suspended (clock_gettime(2),
   * CLOCK_MONOTONIC), and the calendar may be set back.
   */
  #isInDoubt(): boolean {
    return (
      Math.abs(Date.now() - this.#confirmedDate) > DOUBT_MILLIS ||
      monotonicMillis() - this.#confirmedMillis > DOUBT_MILLIS
    );
  }

  /** Shows life, and says whether there is still anything to show it for. */
  #look(): boolean {
    const nowMillis = monotonicMillis();
    const now = new Date();
    const owner = readOwner(this.#path);
    if (owner?.token === this.#owner.token) utimesSync(this.#path, now, now);
    // Somebody has removed it. After a long time, that may be one who has taken it over and has given it back.
    else if (owner === undefined && !this.#isInDoubt()) writeOwner(this.#path, this.#owner);
    else {
      this.#end();
      this.#onLost();
      return false;
    }
    this.#confirmedMillis = nowMillis;
    this.#confirmedDate = now.getTime();
    return true;
  }

  #end(): void {
    this.#isOver = true;
    clearInterval(this.#beat);
    this.#socket?.close();
  }
}
