import { unlinkSync, utimesSync } from 'node:fs';
import type { LiveSocket } from './live-socket.ts';
import { readOwner, writeOwner } from './lock-file.ts';
import type { Owner } from './lock-owner.ts';

/** How often the owner shows that it lives. */
const BEAT_MILLIS = 10_000;

/** A lock that this process has. It is touched again and again, for those who can see nothing else of its owner. */
export class HeldLock {
  readonly #path: string;
  readonly #owner: Owner;
  readonly #socket: LiveSocket | undefined;
  readonly #onLost: () => void;
  readonly #beat: NodeJS.Timeout;

  constructor(path: string, owner: Owner, socket: LiveSocket | undefined, onLost: () => void) {
    this.#path = path;
    this.#owner = owner;
    this.#socket = socket;
    this.#onLost = onLost;
    this.#beat = setInterval(() => this.#showLife(), BEAT_MILLIS).unref();
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
      const owner = readOwner(this.#path);
      const now = new Date();
      if (owner === undefined) writeOwner(this.#path, this.#owner);
      else if (owner.token === this.#owner.token) utimesSync(this.#path, now, now);
      else {
        this.#end();
        this.#onLost();
      }
    } catch {
      // The disk may be away; whoever looks meanwhile sees the process itself.
    }
  }

  #end(): void {
    clearInterval(this.#beat);
    this.#socket?.close();
  }
}
