import { MerkleFrontier } from './frontier.ts';
import type { LeafRange } from './proof-ranges.ts';

/** The beginning of a tree of which only the roots of its complete subtrees are known, largest first. */
export interface KnownBeginning {
  readonly size: number;
  readonly roots: readonly string[];
}

/**
 * Hashes ranges of the leaves of a tree, all in one pass: the leaves are added one after the other, and none is kept.
 * The ranges do not overlap.
 */
export class ProofBuilder {
  readonly #ranges: readonly LeafRange[];
  /** Those that are not complete, by their start. */
  readonly #due: LeafRange[];
  readonly #hashes = new Map<LeafRange, string>();
  readonly #known: KnownBeginning;
  #current: MerkleFrontier | undefined;
  #index: number;

  /**
   * `known`: leaves that are not added, since they are gone.
   *
   * @throws {RangeError} when the hash of a range cannot be made of what is known of the beginning.
   */
  constructor(ranges: readonly LeafRange[], known: KnownBeginning = { size: 0, roots: [] }) {
    this.#ranges = ranges;
    this.#due = ranges.toSorted((a, b) => a.start - b.start);
    this.#known = known;
    this.#index = known.size;
    while ((this.#due[0]?.start ?? known.size) < known.size) {
      this.#begin();
      if (this.#current === undefined) break;
      if (this.#current.size < this.#length) break;
      this.#finish();
    }
  }

  /** Whether all ranges are hashed. */
  get isComplete(): boolean {
    return this.#due.length === 0;
  }

  /** Adds the next leaf by its hash. */
  add(leaf: string): void {
    const range = this.#due[0];
    const index = this.#index++;
    if (range === undefined || index < range.start) return;
    this.#current ??= new MerkleFrontier();
    this.#current.append(leaf);
    if (this.#current.size === this.#length) this.#finish();
  }

  /**
   * Hashes of the ranges in the order in which they were given, base64.
   *
   * @throws {RangeError} when leaves are missing.
   */
  hashes(): string[] {
    if (!this.isComplete) throw new RangeError(`The leaves from ${this.#index} on are missing`);
    return this.#ranges.map((range) => this.#hashes.get(range) as string);
  }

  get #length(): number {
    const { end, start } = this.#due[0] as LeafRange;
    return end - start;
  }

  #finish(): void {
    this.#hashes.set(this.#due.shift() as LeafRange, (this.#current as MerkleFrontier).root());
    this.#current = undefined;
  }

  /** Begins a range with the subtrees that are known of it. */
  #begin(): void {
    const { end, start } = this.#due[0] as LeafRange;
    const { roots, size } = this.#known;
    const inside: string[] = [];
    let [from, covered] = [0, 0];
    for (const root of roots) {
      let leaves = 1;
      while (leaves * 2 <= size - from) leaves *= 2;
      if (from >= start && from + leaves <= end) {
        inside.push(root);
        covered += leaves;
      } else if (from < end && from + leaves > start) {
        throw new RangeError(
          `The leaves ${start} to ${end - 1} cannot be told apart: only ${size} as a whole are known`,
        );
      }
      from += leaves;
    }
    this.#current = new MerkleFrontier(covered, inside);
  }
}
