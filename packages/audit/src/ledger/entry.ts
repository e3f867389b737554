import type { JsonObject } from '../operation/entry.ts';

/**
 * What became of an input.
 *
 * - `pending`: claimable, without a failure: its claimant gave it back, or `reset` was called;
 * - `running`: claimed; claimable by others once the lease has run out;
 * - `completed`: taken in; never claimable;
 * - `failed`: claimable once `retryAt` is reached;
 * - `dead`: failed for good, or as often as is allowed; claimable after `reset` only.
 */
export type LedgerState = 'pending' | 'running' | 'completed' | 'failed' | 'dead';

/** All states. */
export const LEDGER_STATES: readonly LedgerState[] = ['pending', 'running', 'completed', 'failed', 'dead'];

/** What the ledger knows of an input. Of attempts it keeps the last. */
export interface LedgerEntry {
  readonly key: string;
  readonly state: LedgerState;
  /** Attempts so far, that one included which runs. */
  readonly attempts: number;
  /** Fencing token of the last attempt: greater than that of every attempt at this input before. */
  readonly token: number;
  /** Who made the last attempt. */
  readonly run: string;
  readonly host: string;
  readonly pid: number;
  /** When it was first begun. */
  readonly createdAt: Date;
  /** When the last attempt was begun. */
  readonly startedAt: Date;
  /** When it was completed, or failed. */
  readonly endedAt: Date | undefined;
  /** While running: until when the claimant has it, unless it renews. */
  readonly leaseExpiresAt: Date | undefined;
  /** While failed: from when it can be claimed again. */
  readonly retryAt: Date | undefined;
  /** How the last attempt failed; `LeaseExpired` for one that ended without a word. */
  readonly error: { readonly type: string; readonly message: string } | undefined;
  readonly rows: number | undefined;
  readonly bytes: number | undefined;
  readonly digest: string | undefined;
  /** Index of the entry in the audit journal. */
  readonly entry: number | undefined;
  readonly attributes: JsonObject;
}
