/**
 * At most so many deliveries in any stretch of time: a sliding window over the beginnings of the last ones. A token bucket would
 * let through up to twice as many, when one that is full meets its refilling.
 */
export class RateLimiter {
  readonly #perMillis: number;
  readonly #count: number;
  /** Beginnings of the last `count` deliveries, as a ring that grows up to its size. */
  readonly #starts: number[] = [];
  /** Where the oldest is, once the ring is full. */
  #oldest = 0;

  constructor({ count, perMillis }: { readonly count: number; readonly perMillis: number }) {
    this.#count = count;
    this.#perMillis = perMillis;
  }

  /** When the next delivery may begin: monotonic time, in the past when it may at once. */
  get readyAtMillis(): number {
    if (this.#starts.length < this.#count) return Number.NEGATIVE_INFINITY;
    return (this.#starts[this.#oldest] as number) + this.#perMillis;
  }

  /** A delivery begins. */
  begin(nowMillis: number): void {
    if (this.#starts.length < this.#count) {
      this.#starts.push(nowMillis);
      return;
    }
    this.#starts[this.#oldest] = nowMillis;
    this.#oldest = (this.#oldest + 1) % this.#count;
  }
}
