import type { EntryRange } from '../journal/entry-ranges.ts';
import type { Removals } from '../journal/removals.ts';
import type { Findings, Place } from './findings.ts';
import type { Part } from './layout.ts';
import type { SignedStates } from './signed-states.ts';
import type { Stand } from './stand.ts';

/** A header of which not all follows from what is before it. */
export interface BelievedHeader {
  readonly first: number;
  /** Hash of its line, made as that of a leaf. */
  readonly hash: string;
  readonly place: Place;
}

/** What the parts of one verification share. */
export interface Walk {
  readonly parts: readonly Part[];
  readonly stand: Stand;
  readonly states: SignedStates;
  readonly findings: Findings;
  readonly counts: {
    /** Entries whose content was read, and those of which only hashes are there. */
    entries: number;
    pruned: number;
  };
  /** What the journal says of removed segments, and those that were removed by the time they were looked at. */
  readonly removals: Removals;
  readonly removed: EntryRange[];
  /** Headers that were believed to name the operations that were open, since what tells was removed. */
  readonly believed: BelievedHeader[];
  /** Whether retention has removed a segment while it was being looked at. */
  isOvertaken: boolean;
  /** Whether a segment is of another version of the format: nothing can be told of what it says, and of what follows. */
  isOfAnotherVersion: boolean;
  /**
   * Told of bytes that have been read.
   *
   * @throws what the signal was aborted with.
   */
  onRead(bytes: number): void;
}
