/** Times of entries: ISO 8601 in UTC with milliseconds, never going back, whatever the system's clock does. */
export class EntryClock {
  readonly #now: () => number;
  #millis: number;
  #text: string;
  /** Start of the second that was told last, and its text up to the point. */
  #secondMillis = Number.NaN;
  #second = '';
  #holds = 0;

  /** `after`: the time that the first one must not be before; empty for any. */
  constructor(after: string, now: () => number = Date.now) {
    this.#now = now;
    const millis = Date.parse(after);
    // A damaged one would be the time of all that follows.
    this.#millis = Number.isNaN(millis) ? 0 : millis;
    this.#text = Number.isNaN(millis) ? '' : after;
  }

  next(): string {
    if (this.#holds > 0) return this.#text;
    const millis = this.#now();
    if (millis > this.#millis || this.#text === '') {
      this.#millis = millis;
      this.#text = this.#textOf(millis);
    }
    return this.#text;
  }

  /**
   * As `next`; and time stands still until `release`. While an operation is being read, its getters may record others,
   * which stand in the journal before it and must not be later.
   */
  hold(): string {
    const time = this.next();
    this.#holds++;
    return time;
  }

  release(): void {
    this.#holds--;
  }

  /** As `Date.prototype.toISOString`, which costs ten times what reading the clock does. */
  #textOf(millis: number): string {
    const passed = Math.trunc(millis) - this.#secondMillis;
    if (passed >= 0 && passed < 1_000) return `${this.#second}${String(1_000 + passed).slice(1)}Z`;
    const text = new Date(millis).toISOString();
    this.#secondMillis = Math.floor(millis / 1_000) * 1_000;
    this.#second = text.slice(0, -4);
    return text;
  }
}
