/** How long to wait before something that has failed is tried again: twice as long each time, up to a longest wait. */
export class DoublingWait {
  readonly #firstMillis: number;
  readonly #longestMillis: number;
  #nextMillis: number;

  constructor(firstMillis: number, longestMillis: number) {
    this.#firstMillis = firstMillis;
    this.#longestMillis = longestMillis;
    this.#nextMillis = firstMillis;
  }

  /** The wait that is due, in milliseconds. */
  next(): number {
    const millis = this.#nextMillis;
    this.#nextMillis = Math.min(millis * 2, this.#longestMillis);
    return millis;
  }

  /** It went well: the next wait is the first one again. */
  reset(): void {
    this.#nextMillis = this.#firstMillis;
  }
}
