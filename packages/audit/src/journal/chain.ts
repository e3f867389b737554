import { MerkleFrontier } from '../merkle/frontier.ts';
import type { EntryContent } from '../operation/entry.ts';
import { FORMAT_VERSION, type SegmentHeader, type SegmentSeal } from './format.ts';

/** The phase of an entry, and the entry that it ends. */
export type EntryPhase = Pick<EntryContent, 'phase' | 'started'>;

/** Where a journal stands: all that the next entry, header and seal follow from. */
export class Chain {
  readonly origin: string;
  readonly #frontier: MerkleFrontier;
  /** In order of their indexes, since these only rise. */
  readonly #open: Set<number>;
  #head: string;
  #lastTime: string;

  constructor(
    origin: string,
    at: Pick<SegmentHeader, 'first' | 'frontier' | 'open' | 'prev'>,
    lastTime: string,
  ) {
    this.origin = origin;
    this.#frontier = new MerkleFrontier(at.first, at.frontier);
    this.#open = new Set(at.open);
    this.#head = at.prev;
    this.#lastTime = lastTime;
  }

  /** A journal without entries. */
  static begin(origin: string): Chain {
    return new Chain(origin, { first: 0, frontier: [], open: [], prev: '' }, '');
  }

  /** Entries so far; the index of the next. */
  get size(): number {
    return this.#frontier.size;
  }

  /** Leaf hash of the last entry; empty before the first. */
  get head(): string {
    return this.#head;
  }

  /** Time of the last entry; empty before the first. */
  get lastTime(): string {
    return this.#lastTime;
  }

  /** Indexes of operations that have started and not ended, ascending. */
  get open(): readonly number[] {
    return [...this.#open];
  }

  /** Adds an entry by its leaf hash; its index was `size` before. */
  add(hash: string, time: string, { phase, started }: EntryPhase): void {
    if (phase === 'started') this.#open.add(this.size);
    else if (phase === 'ended' && started !== undefined) this.#open.delete(started);
    this.#frontier.append(hash);
    this.#head = hash;
    this.#lastTime = time;
  }

  /** Root of the tree of all entries, base64. */
  root(): string {
    return this.#frontier.root();
  }

  /** Header of a segment that begins here. */
  header(): SegmentHeader {
    return {
      first: this.size,
      frontier: this.#frontier.roots(),
      open: this.open,
      origin: this.origin,
      prev: this.#head,
      version: FORMAT_VERSION,
    };
  }

  /** Seal of a segment that ends here, and whose first entry is of the time `from`. */
  seal(from: string): SegmentSeal {
    return {
      from,
      frontier: this.#frontier.roots(),
      head: this.#head,
      open: this.open,
      size: this.size,
      to: this.#lastTime,
    };
  }
}
