import { describeValue } from '@org/instrument-core';
import type { SegmentHeader } from '../journal/format.ts';
import { FORMAT_VERSION, headerLine, sealLine } from '../journal/format.ts';
import { MerkleFrontier } from '../merkle/frontier.ts';
import type { Place } from './findings.ts';
import type { EntryLine } from './read-line.ts';

/** Where verification stands: all that the next line must follow from. */
export class Stand {
  readonly origin: string;
  /** Index of the next entry. */
  size = 0;
  /** Leaf hash of the last entry; empty before the first. */
  head = '';
  /** The head before that: what stands in the place of the last entry must follow from it. */
  headBefore = '';
  lastTime = '';
  /** Time of the first entry of the segment. */
  from = '';
  /** The last entry; `undefined` before the first. */
  last: Place | undefined;
  /** What is wrong with the last entry if it was recorded as it is. */
  lastProblem: string | undefined;
  /** Operations that have started and not ended; `undefined` when that cannot be told. */
  open: Set<number> | undefined = new Set();
  /** Whether the leaf of the last entry is not in the tree, since nothing has vouched for it yet. */
  isPending = false;
  /** Tree of the entries that are vouched for; `undefined` when hashes are missing. */
  tree: MerkleFrontier | undefined = new MerkleFrontier();

  constructor(origin: string) {
    this.origin = origin;
  }

  /** Entries in the tree. */
  get confirmed(): number {
    return this.isPending ? this.size - 1 : this.size;
  }

  /** Takes the last entry into the tree. */
  confirm(): void {
    if (this.isPending) this.tree?.append(this.head);
    this.isPending = false;
  }

  /** Puts an entry in the next place, once the last one is confirmed. */
  add(leaf: string, place: Place): void {
    this.headBefore = this.head;
    this.head = leaf;
    this.last = place;
    this.lastProblem = undefined;
    this.isPending = true;
    this.size++;
  }

  /** Takes in what an entry says; what is wrong with it is kept until it is known whether it was recorded like that. */
  follow({ entry, isCanonical, link }: EntryLine): void {
    const { phase, started, time } = entry;
    if (!isCanonical) this.lastProblem = 'is not canonical JSON (RFC 8785)';
    if (!(time >= this.lastTime))
      this.lastProblem = `is of ${describeValue(time)}, before the entry before it`;
    if (phase === 'started') this.open?.add(link.index);
    if (phase === 'ended' && this.open?.delete(started as number) === false) {
      this.lastProblem = `ends the operation ${describeValue(started)}, which is not open`;
    }
    this.lastTime = time;
    if (this.from === '') this.from = time;
  }

  /** Believes what a header says, since what is before it is missing or cannot be right. */
  believe({ first, frontier, open, prev }: SegmentHeader): void {
    this.size = first;
    this.head = prev;
    this.isPending = false;
    this.last = undefined;
    this.lastProblem = undefined;
    this.lastTime = '';
    this.open = new Set(open);
    this.tree = treeOf(first, frontier);
  }

  /** Goes on at another place, where less is known. */
  jump(index: number, head: string): void {
    this.size = index;
    this.head = head;
    this.isPending = false;
    this.last = undefined;
    this.lastProblem = undefined;
    this.open = undefined;
    this.tree = undefined;
  }

  /** Frontier of all entries, the last included. */
  frontier(): string[] | undefined {
    return this.#whole()?.roots();
  }

  /** Root of all entries, the last included; `undefined` when hashes are missing. */
  root(): string | undefined {
    return this.#whole()?.root();
  }

  /** The line that a segment which begins here begins with; `undefined` when it cannot be told. */
  header(): string | undefined {
    const { head: prev, open, origin, size: first } = this;
    const frontier = this.frontier();
    if (frontier === undefined || open === undefined) return undefined;
    return headerLine({ first, frontier, open: [...open], origin, prev, version: FORMAT_VERSION });
  }

  /** The line that a segment which ends here ends with; `undefined` when it cannot be told. */
  seal(): string | undefined {
    const { from, head, lastTime, open, size } = this;
    const frontier = this.frontier();
    if (frontier === undefined || open === undefined) return undefined;
    return sealLine({ from, frontier, head, open: [...open], size, to: from === '' ? '' : lastTime });
  }

  #whole(): MerkleFrontier | undefined {
    if (!this.isPending || this.tree === undefined) return this.tree;
    const whole = new MerkleFrontier(this.tree.size, this.tree.roots());
    whole.append(this.head);
    return whole;
  }
}

/** A tree of so many leaves; `undefined` when there cannot be one of such roots. */
export function treeOf(size: number, roots: readonly string[]): MerkleFrontier | undefined {
  try {
    return new MerkleFrontier(size, roots);
  } catch {
    return undefined;
  }
}
