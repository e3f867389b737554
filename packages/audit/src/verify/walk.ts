import type { Findings } from './findings.ts';
import type { Part } from './layout.ts';
import type { SignedStates } from './signed-states.ts';
import type { Stand } from './stand.ts';

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
    /** The last index that the journal itself says was removed by retention. */
    recordedPruning: number;
  };
  /**
   * Told of bytes that have been read.
   *
   * @throws what the signal was aborted with.
   */
  onRead(bytes: number): void;
}
