/** Times of entries: ISO 8601 in UTC with milliseconds, never going back, whatever the system's clock does. */
export class EntryClock {
  readonly #now: () => number;
  #millis: number;
  #text: string;

  /** `after`: the time that the first one must not be before; empty for any. */
  constructor(after: string, now: () => number = Date.now) {
    this.#now = now;
    this.#millis = after === '' ? 0 : Date.parse(after);
    this.#text = after;
  }

  next(): string {
    const millis = this.#now();
    // Making the text costs three times what reading the clock does.
    if (millis > this.#millis || this.#text === '') {
      this.#millis = millis;
      this.#text = new Date(millis).toISOString();
    }
    return this.#text;
  }
}
