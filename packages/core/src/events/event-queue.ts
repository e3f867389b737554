import { describeValue, InstrumentError } from '../errors.ts';

/** Events that wait for a subscriber who does not keep up, unless said otherwise. */
export const DEFAULT_CAPACITY = 1_000;

/** Which event is lost when one comes and the queue is full. */
export type Overflow = 'oldest' | 'newest';

/** Where the events of a queue come from, and who is told what became of them. */
export interface QueueSource<Item> {
  /** Takes events from now on. Returns the function that ends it. */
  listen(take: (item: Item) => void): () => void;
  onShed(): void;
  onFailure(event: string, error: unknown): void;
}

/** A first-in-first-out queue that holds at most `capacity` items, in a ring: taking one moves none. */
export class BoundedQueue<Item> {
  readonly #items: (Item | undefined)[] = [];
  readonly #capacity: number;
  readonly #overflow: Overflow;
  #first = 0;
  #size = 0;
  #shed = 0;

  constructor(capacity: number, overflow: Overflow) {
    this.#capacity = capacity;
    this.#overflow = overflow;
  }

  get size(): number {
    return this.#size;
  }

  /** Items lost because the queue was full. */
  get shed(): number {
    return this.#shed;
  }

  /** Adds an item; `false` when one was lost for it, or it was lost itself. */
  push(item: Item): boolean {
    const isFull = this.#size >= this.#capacity;
    if (isFull) {
      this.#shed++;
      if (this.#overflow === 'newest') return false;
      this.shift();
    }
    // The array grows to the capacity once, and is a ring from then on.
    this.#items[(this.#first + this.#size) % this.#capacity] = item;
    this.#size++;
    return !isFull;
  }

  shift(): Item | undefined {
    if (this.#size === 0) return undefined;
    const item = this.#items[this.#first];
    this.#items[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#capacity;
    this.#size--;
    if (this.#size === 0) {
      // What a burst has made the array is given back.
      this.#items.length = 0;
      this.#first = 0;
    }
    return item;
  }

  clear(): void {
    this.#items.length = 0;
    this.#first = 0;
    this.#size = 0;
  }
}

/** @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` when it is no number of events. */
export function checkCapacity(capacity: number): number {
  if (Number.isSafeInteger(capacity) && capacity > 0) return capacity;
  throw new InstrumentError('INSTRUMENT_INVALID_ARGUMENT', 'Events cannot be queued', [
    { path: 'capacity', found: describeValue(capacity), expected: 'a whole number of at least 1' },
  ]);
}
