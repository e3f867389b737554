import type { Entry } from '../outbox/entry.ts';

/** Between two looks at all that waits: a part of the deadline, so that many that are over one by one are not looked for each. */
const MAX_STEP_MILLIS = 1_000;

/** Finds what has waited for too long. All times are monotonic: a clock that is set right gives nothing up. */
export class Expiry {
  readonly #deadlineMillis: number;
  readonly #stepMillis: number;
  /** Nothing is over before. */
  #nextMillis = Number.POSITIVE_INFINITY;

  constructor(deadlineMillis: number) {
    this.#deadlineMillis = deadlineMillis;
    this.#stepMillis = Math.min(MAX_STEP_MILLIS, deadlineMillis / 100);
  }

  /** When to look again. */
  get nextMillis(): number {
    return this.#nextMillis;
  }

  add(entry: Entry): void {
    if (!entry.isOwed) this.#nextMillis = Math.min(this.#nextMillis, this.#endOf(entry));
  }

  /** Those whose time is over, save what is being delivered, or is owed an attempt. */
  over(entries: Iterable<Entry>, nowMillis: number): readonly Entry[] {
    if (nowMillis < this.#nextMillis) return [];
    const over: Entry[] = [];
    let next = Number.POSITIVE_INFINITY;
    for (const entry of entries) {
      if (entry.isOwed) continue;
      const end = this.#endOf(entry);
      if (end <= nowMillis && !entry.isInFlight) over.push(entry);
      else next = Math.min(next, end);
    }
    this.#nextMillis = Math.max(next, nowMillis + this.#stepMillis);
    return over.sort((a, b) => a.order - b.order);
  }

  /** Until when an entry is tried. */
  #endOf({ waitsSinceMillis }: Entry): number {
    return waitsSinceMillis + this.#deadlineMillis;
  }
}
