import type { JsonObject } from '../operation/entry.ts';
import type { LedgerEntry } from './entry.ts';

/** The right to take an input in, which nobody else has while the lease lasts. */
export interface Claim {
  readonly key: string;
  readonly run: string;
  /** Which attempt it is, from 1. */
  readonly attempt: number;
  /**
   * Fencing token. Where the output goes to a store of its own, let that refuse a token smaller than one that it has seen:
   * the ledger can refuse the `complete` of a claimant that was paused past its lease, but not what it writes elsewhere.
   */
  readonly token: number;
  readonly startedAt: Date;
  /** Those of this `begin`, or else of the attempt before. */
  readonly attributes: JsonObject;
  /** Aborted when the lease is lost or runs out, and when the ledger is closed. */
  readonly signal: AbortSignal;
  /**
   * Makes the lease last its full duration from now.
   *
   * @throws {StaleClaimError} when it is lost.
   */
  renew(): Promise<void>;
}

/** What `begin` says: a claim, or why there is none. */
export type Begun =
  | { readonly status: 'claimed'; readonly claim: Claim }
  | {
      /**
       * `completed`: it was taken in before. `running`: another claimant has it. `waiting`: it failed, and it is too soon
       * to try again. `dead`: it failed for good.
       */
      readonly status: 'completed' | 'running' | 'waiting' | 'dead';
      readonly claim?: undefined;
      /** What is known of it: who has it, since when, what went wrong. */
      readonly entry: LedgerEntry;
      /** The same in words, for a log: `claimed by run nightly-7 on host a, pid 4711, since 2026-…`. */
      readonly reason: string;
    };
