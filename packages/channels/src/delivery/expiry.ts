import type { Entry } from '../outbox/entry.ts';

/** Between two looks at all that waits: a part of the deadline, so that many that are over one by one are not looked for each. */
const MAX_STEP_MILLIS = 1_000;

/** Finds what has waited for too long. */
export class Expiry {
  readonly #deadlineMillis: number;
  readonly #stepMillis: number;
  /** Nothing is over before: Unix time. */
  #nextMillis = Number.POSITIVE_INFINITY;

  constructor(deadlineMillis: number) {
    this.#deadlineMillis = deadlineMillis;
    this.#stepMillis = Math.min(MAX_STEP_MILLIS, deadlineMillis / 100);
  }

  /** When to look again: Unix time. */
  get nextMillis(): number {
    return this.#nextMillis;
  }

  add(entry: Entry): void {
    this.#nextMillis = Math.min(this.#nextMillis, entry.sinceMillis + this.#deadlineMillis);
  }

  /** Those whose time is over, save what is being delivered. */
  over(entries: Iterable<Entry>, unixMillis: number): readonly Entry[] {
    if (unixMillis < this.#nextMillis) return [];
    const over: Entry[] = [];
    let next = Number.POSITIVE_INFINITY;
    for (const entry of entries) {
      const endMillis = entry.sinceMillis + this.#deadlineMillis;
      if (endMillis <= unixMillis && !entry.isInFlight) over.push(entry);
      else next = Math.min(next, endMillis);
    }
    this.#nextMillis = Math.max(next, unixMillis + this.#stepMillis);
    return over.sort((a, b) => a.order - b.order);
  }
}
