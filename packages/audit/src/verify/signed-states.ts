import type { CheckpointFeed, SignedState } from './checkpoint-feed.ts';
import type { Findings, Place } from './findings.ts';
import type { Stand } from './stand.ts';

/** Compares the journal with its signed states, on the way. */
export class SignedStates {
  readonly #feed: CheckpointFeed;
  readonly #findings: Findings;
  /** States that are right, and the entries that the last of them covers. */
  verified = 0;
  covered = 0;
  signer: string | undefined;
  /** The first entry that the last right state does not cover. */
  firstAfter: Place | undefined;
  /** After a state that is not right, those that follow say nothing new. */
  #isBroken = false;

  constructor(feed: CheckpointFeed, findings: Findings) {
    this.#feed = feed;
    this.#findings = findings;
  }

  /** The next state to be reached. */
  get next(): SignedState | undefined {
    return this.#feed.current;
  }

  /** Entries that the next state covers; infinity after the last. */
  get nextSize(): number {
    return this.#feed.current?.size ?? Number.POSITIVE_INFINITY;
  }

  /** Keeps in mind where an entry stands, in case it is the first that no right state covers. */
  mark(index: number, place: Place): void {
    if (index === this.covered) this.firstAfter = place;
  }

  /** Compares all states up to what is confirmed. `blame` reports one whose root is another. */
  async reach(stand: Stand, blame: (state: SignedState) => Promise<void>): Promise<void> {
    for (let state = this.next; state !== undefined && state.size <= stand.confirmed; state = this.next) {
      if (this.#findings.isFull) return;
      const isComparable = state.size === stand.confirmed && stand.tree !== undefined && !this.#isBroken;
      if (isComparable && state.root === stand.tree?.root()) this.#verify(state);
      else if (isComparable) {
        this.#isBroken = true;
        await blame(state);
      }
      await this.#feed.advance();
    }
  }

  #verify({ signer, size }: SignedState): void {
    this.verified++;
    if (size > this.covered) this.firstAfter = undefined;
    this.covered = Math.max(this.covered, size);
    this.signer = signer.text;
  }
}
