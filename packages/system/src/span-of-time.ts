/** A share of the interval by which a reader may be early: timers are not exact. */
const EARLY_SHARE = 0.1;

/**
 * What differences are taken from, the same for all readers. A reader cannot be told from another, so that a difference to
 * "the last collection" would cover next to nothing where two readers come one after the other. Here it covers at least
 * the interval, and less than twice of it where anybody reads more often than that; a reader that is alone, with an
 * interval of its own that is longer, gets what happened since it came last, exactly.
 */
export class SpanOfTime<T> {
  readonly #leastMillis: number;
  #older: T;
  #younger: T;
  #youngerMillis: number;

  /** Begins at `nowMillis` with two values: the same one where it is a reading, two where they gather something. */
  constructor(intervalMillis: number, nowMillis: number, older: T, younger: T = older) {
    this.#leastMillis = intervalMillis * (1 - EARLY_SHARE);
    this.#older = older;
    this.#younger = younger;
    this.#youngerMillis = nowMillis;
  }

  /** The value that covers the span until now. `renew` gets the one that is not needed any more, and begins the next span. */
  at(nowMillis: number, renew: (dropped: T) => T): T {
    if (nowMillis - this.#youngerMillis >= this.#leastMillis) {
      const dropped = this.#older;
      this.#older = this.#younger;
      this.#younger = renew(dropped);
      this.#youngerMillis = nowMillis;
    }
    return this.#older;
  }
}
