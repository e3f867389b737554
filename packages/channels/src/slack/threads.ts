/** Keys whose threads are known; of those beyond, the next notification begins a new one. */
const MAX_KEYS = 1_000;

/** Which message began the thread of each key. */
export class Threads {
  readonly #first = new Map<string, string>();

  /** `ts` of the message that began it; `undefined` when there is none. */
  of(key: string): string | undefined {
    return this.#first.get(key);
  }

  begin(key: string, ts: string): void {
    this.#first.set(key, ts);
    if (this.#first.size <= MAX_KEYS) return;
    for (const oldest of this.#first.keys()) {
      this.#first.delete(oldest);
      return;
    }
  }

  end(key: string): void {
    this.#first.delete(key);
  }
}
