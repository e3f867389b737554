import { SEVERITIES } from '../notification.ts';
import type { Entry } from '../outbox/entry.ts';
import { EntryList } from './entry-list.ts';

/** The entries of a key. */
interface Line {
  readonly entries: Set<Entry>;
  rank: number;
}

/**
 * What can be delivered as soon as its turn comes. Without ranks, that is in the order in which it came; with them, what is worse
 * goes first, and takes what waits before it under the same key along: the order within a key stays.
 */
export class Flow {
  readonly #isRanked: boolean;
  readonly #byRank: readonly EntryList[];
  readonly #lines = new Map<string, Line>();

  constructor(isRanked: boolean) {
    this.#isRanked = isRanked;
    this.#byRank = isRanked ? SEVERITIES.map(() => new EntryList()) : [new EntryList()];
  }

  /** Ranks that there are, the first to be delivered first. */
  get ranks(): readonly number[] {
    return this.#byRank.map((_, rank) => rank).reverse();
  }

  get size(): number {
    return this.#byRank.reduce((sum, { size }) => sum + size, 0);
  }

  /** Rank of entries that stay together. */
  rankOf(entries: Iterable<Entry>): number {
    if (!this.#isRanked) return 0;
    let rank = 0;
    for (const { severity } of entries) rank = Math.max(rank, SEVERITIES.indexOf(severity));
    return rank;
  }

  /** Entries of a rank, in the order of their delivery. */
  ofRank(rank: number): Iterable<Entry> {
    return this.#byRank[rank] ?? [];
  }

  /** The one that is delivered next. */
  first(): Entry | undefined {
    for (const rank of this.ranks) for (const entry of this.ofRank(rank)) return entry;
    return undefined;
  }

  /** All of them, in the order of their delivery. */
  *[Symbol.iterator](): Generator<Entry> {
    for (const rank of this.ranks) yield* this.ofRank(rank);
  }

  add(entry: Entry): void {
    const rank = this.rankOf([entry]);
    if (!this.#isRanked) {
      this.#byRank[rank]?.add(entry);
      return;
    }
    const line = this.#lines.get(entry.key) ?? { entries: new Set(), rank };
    this.#lines.set(entry.key, line);
    line.entries.add(entry);
    if (rank > line.rank) {
      // Each entry moves up as often as there are ranks, at most.
      for (const before of line.entries) {
        this.#byRank[line.rank]?.delete(before);
        this.#byRank[rank]?.add(before);
      }
      line.rank = rank;
    } else {
      this.#byRank[line.rank]?.add(entry);
    }
  }

  delete(entry: Entry): boolean {
    if (!this.#isRanked) return this.#byRank[0]?.delete(entry) === true;
    const line = this.#lines.get(entry.key);
    if (line?.entries.delete(entry) !== true) return false;
    this.#byRank[line.rank]?.delete(entry);
    if (line.entries.size === 0) this.#lines.delete(entry.key);
    return true;
  }
}
