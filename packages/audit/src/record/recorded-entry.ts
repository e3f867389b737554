import type { RecordedEntry } from '../operation/entry.ts';

interface Waiter {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * An entry on its way to the disk. A promise is made only when somebody asks for `durable`, and its rejection is no
 * fault of the process when nobody sees it.
 */
export class PendingEntry implements RecordedEntry {
  #index: number | undefined;
  #hash: string | undefined;
  /** `true` on disk, `false` never will be; `undefined` while nobody knows. */
  #isDurable: boolean | undefined;
  #error: unknown;
  #waiter: Waiter | undefined;
  /** The entry that this one has turned out to be. */
  #real: RecordedEntry | undefined;

  /** Called when somebody waits for the entry for the first time; it then says, now or later, what becomes of it. */
  readonly #onAwaited: ((entry: PendingEntry) => void) | undefined;

  /** All are left out for an entry that has no place in a journal yet. */
  constructor(index?: number, hash?: string, onAwaited?: (entry: PendingEntry) => void) {
    this.#onAwaited = onAwaited;
    this.#index = index;
    this.#hash = hash;
    this.#isDurable = undefined;
    this.#error = undefined;
    this.#waiter = undefined;
    this.#real = undefined;
  }

  get index(): number | undefined {
    return this.#real === undefined ? this.#index : this.#real.index;
  }

  get hash(): string | undefined {
    return this.#real === undefined ? this.#hash : this.#real.hash;
  }

  get durable(): Promise<void> {
    if (this.#waiter !== undefined) return this.#waiter.promise;
    if (this.#real !== undefined) return this.#real.durable;
    const waiter = newWaiter();
    this.#waiter = waiter;
    if (this.#isDurable === true) waiter.resolve();
    else if (this.#isDurable === false) waiter.reject(this.#error);
    else this.#onAwaited?.(this);
    return waiter.promise;
  }

  /** Gives the entry its place in the journal. */
  settle(index: number, hash: string): void {
    this.#index = index;
    this.#hash = hash;
  }

  /** The entry is on disk. What is said later does not count. */
  resolve(): void {
    if (this.#isDurable !== undefined) return;
    this.#isDurable = true;
    this.#waiter?.resolve();
  }

  /** The entry will never be on disk. What is said later does not count. */
  reject(error: unknown): void {
    if (this.#isDurable !== undefined) return;
    this.#isDurable = false;
    this.#error = error;
    this.#waiter?.reject(error);
  }

  /** From now on this is the same entry as `real`. */
  follow(real: RecordedEntry): void {
    if (this.#isDurable !== undefined || this.#real !== undefined) return;
    this.#real = real;
    const waiter = this.#waiter;
    if (waiter !== undefined) real.durable.then(waiter.resolve, waiter.reject);
  }
}

function newWaiter(): Waiter {
  let resolve: () => void = ignore;
  let reject: (error: unknown) => void = ignore;
  const promise = new Promise<void>((onDurable, onLost) => {
    resolve = onDurable;
    reject = onLost;
  });
  promise.catch(ignore);
  return { promise, resolve, reject };
}

function ignore(): void {}
