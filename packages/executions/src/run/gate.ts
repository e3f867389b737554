/** So many looks at the clock between two reports of progress, while the items come at an even pace. */
const LOOKS = 8;

/**
 * Says after how many items the clock is worth another look. Work that never leaves the event loop to a timer is to report
 * its progress too, and a look at the clock costs many times what counting an item does.
 */
export class ClockGate {
  readonly #intervalMillis: number;
  #lookedMillis: number;
  #lookedAt = 0;
  #step = 1;

  constructor(intervalMillis: number, startMillis: number) {
    this.#intervalMillis = intervalMillis;
    this.#lookedMillis = startMillis;
  }

  /** The clock was looked at, after `processed` items. Returns the number of items at which to look next. */
  next(nowMillis: number, processed: number): number {
    const elapsed = nowMillis - this.#lookedMillis;
    const items = processed - this.#lookedAt;
    const wanted = this.#intervalMillis / LOOKS;
    // Not more than twice as many as before: items may become slower.
    const fitting = elapsed > 0 ? (items / elapsed) * wanted : this.#step * 2;
    this.#step = Math.max(1, Math.floor(Math.min(fitting, this.#step * 2)));
    this.#lookedMillis = nowMillis;
    this.#lookedAt = processed;
    return processed + this.#step;
  }
}
