import { SEVERITIES, type Severity } from '../notification.ts';
import type { Entry } from '../outbox/entry.ts';
import { EntryList } from './entry-list.ts';
import { Flow } from './flow.ts';

/** Keys that wait for their next attempt. */
interface HeldKey {
  readonly entries: Set<Entry>;
  untilMillis: number;
}

/**
 * What waits for a channel. Entries are taken in the order in which they came; those of a key that failed stand aside, in their
 * order, until their pause is over, and then go first. With `isRanked`, what is worse goes first of all, its key's order kept.
 */
export class Waiting {
  readonly #flow: Flow;
  readonly #held = new Map<string, HeldKey>();
  /** None of the held keys is ready before. */
  #heldUntilMillis = Number.POSITIVE_INFINITY;
  readonly #bySeverity: Readonly<Record<Severity, EntryList>> = {
    info: new EntryList(),
    warning: new EntryList(),
    error: new EntryList(),
    critical: new EntryList(),
  };
  #size = 0;
  #bytes = 0;

  constructor(isRanked = false) {
    this.#flow = new Flow(isRanked);
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** All of them, in no order. */
  *[Symbol.iterator](): Generator<Entry> {
    for (const severity of SEVERITIES) yield* this.#bySeverity[severity];
  }

  add(entry: Entry): void {
    (this.#held.get(entry.key)?.entries ?? this.#flow).add(entry);
    this.#bySeverity[entry.severity].add(entry);
    this.#size++;
    this.#bytes += entry.bytes;
  }

  remove(entry: Entry): void {
    if (!this.#bySeverity[entry.severity].delete(entry)) return;
    this.#size--;
    this.#bytes -= entry.bytes;
    if (this.#flow.delete(entry)) return;
    const held = this.#held.get(entry.key);
    held?.entries.delete(entry);
    if (held?.entries.size === 0) this.#held.delete(entry.key);
    if (this.#held.size === 0) this.#heldUntilMillis = Number.POSITIVE_INFINITY;
  }

  /** The one that came first. */
  oldest(): Entry | undefined {
    let oldest: Entry | undefined;
    for (const severity of SEVERITIES) {
      const { first } = this.#bySeverity[severity];
      if (first !== undefined && (oldest === undefined || first.order < oldest.order)) oldest = first;
    }
    return oldest;
  }

  /** The oldest of the least severe, save what is being delivered. */
  leastImportant(): Entry | undefined {
    for (const severity of SEVERITIES) {
      for (const entry of this.#bySeverity[severity]) if (!entry.isInFlight) return entry;
    }
    return undefined;
  }

  /** Holds all entries of keys back, each until its time; all that failed at once in one call, since it looks at all that waits. */
  hold(keys: ReadonlyMap<string, number>): void {
    if (keys.size === 0) return;
    for (const [key, untilMillis] of keys) {
      this.#heldUntilMillis = Math.min(this.#heldUntilMillis, untilMillis);
      const entries = this.#held.get(key)?.entries ?? new Set();
      // Those that failed last go last, once their pause is over.
      this.#held.delete(key);
      this.#held.set(key, { entries, untilMillis });
    }
    for (const entry of this.#flow) {
      if (!keys.has(entry.key)) continue;
      this.#flow.delete(entry);
      this.#held.get(entry.key)?.entries.add(entry);
    }
    for (const key of keys.keys()) if (this.#held.get(key)?.entries.size === 0) this.#held.delete(key);
  }

  /** When a delivery of up to `limit` can begin, if the first waits for others so long. */
  readyAtMillis(nowMillis: number, limit: number, delayMillis: number): number {
    if (this.#heldUntilMillis <= nowMillis) this.#renewHeldUntil();
    if (this.#heldUntilMillis <= nowMillis) return nowMillis;
    const first = this.#flow.first();
    if (first === undefined) return this.#heldUntilMillis;
    const at = this.#flow.size >= limit ? nowMillis : Math.max(nowMillis, first.arrivedMillis + delayMillis);
    return Math.min(at, this.#heldUntilMillis);
  }

  /** Those that are to be delivered next, together. */
  take(nowMillis: number, limit: number): Entry[] {
    const taken: Entry[] = [];
    let most = limit;
    const offer = (entry: Entry): boolean => {
      most = Math.min(most, entry.batchLimit);
      if (taken.length < most) taken.push(entry);
      return taken.length < most;
    };
    const ready = this.#readyKeys(nowMillis);
    for (const rank of this.#flow.ranks) {
      for (const entries of ready.get(rank) ?? []) {
        for (const entry of entries) if (!offer(entry)) return taken;
      }
      for (const entry of this.#flow.ofRank(rank)) if (!offer(entry)) return taken;
    }
    return taken;
  }

  /** Entries of the keys whose pause is over, by rank. */
  #readyKeys(nowMillis: number): ReadonlyMap<number, readonly Set<Entry>[]> {
    const ready = new Map<number, Set<Entry>[]>();
    if (this.#heldUntilMillis > nowMillis) return ready;
    for (const { entries, untilMillis } of this.#held.values()) {
      if (untilMillis > nowMillis) continue;
      const rank = this.#flow.rankOf(entries);
      const known = ready.get(rank);
      if (known === undefined) ready.set(rank, [entries]);
      else known.push(entries);
    }
    return ready;
  }

  #renewHeldUntil(): void {
    this.#heldUntilMillis = Number.POSITIVE_INFINITY;
    for (const { untilMillis } of this.#held.values()) {
      this.#heldUntilMillis = Math.min(this.#heldUntilMillis, untilMillis);
    }
  }
}
