import type { Duration } from '@org/instrument-core';
import type { Begun, Claim } from './claim.ts';
import type { LedgerEntry, LedgerState } from './entry.ts';
import type { LedgerWork, Taken, TakeOptions } from './take.ts';

/** Options of `Ledger.begin`. */
export interface BeginOptions {
  /** Name of the run, at most 512 bytes. Default: that of the ledger. */
  readonly run?: string | undefined;
  /** Anything that JSON can say, at most 65,536 bytes. Default: those of the attempt before. */
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
  /** How long others wait for a sign of life before they may claim it. Default: that of the ledger. */
  readonly leaseDuration?: Duration | undefined;
}

/** What came of an input. */
export interface CompleteOptions {
  readonly rows?: number | undefined;
  readonly bytes?: number | undefined;
  /** Digest of the content with its algorithm: `sha256:…`. At most 512 bytes. */
  readonly digest?: string | undefined;
  /** Index of the entry in the audit journal. */
  readonly entry?: number | undefined;
  /** Added to those of `begin`. */
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
}

/** Options of `Ledger.fail`. */
export interface FailOptions {
  /** `false`: no attempt can succeed, so it is dead at once. Default `true`. */
  readonly retryable?: boolean | undefined;
  /** Time until it can be claimed again. Default: the `retryDelay` of the ledger, doubled with each attempt. */
  readonly retryAfter?: Duration | undefined;
}

/** What inputs to list; one matches when it matches all that is given. */
export interface LedgerQuery {
  readonly state?: LedgerState | undefined;
  readonly run?: string | undefined;
  /** Last attempt begun at or after: Unix time in milliseconds, ISO 8601 text (UTC unless it names a zone), or a `Date`. */
  readonly from?: number | string | Date | undefined;
  /** Last attempt begun before. */
  readonly to?: number | string | Date | undefined;
  /** `ascending` (default): the last attempt that was begun first comes first. */
  readonly order?: 'ascending' | 'descending' | undefined;
  /** Inputs of a page, at most 10,000. Default 100. */
  readonly limit?: number | undefined;
  /** Where a page begins: `next` of the one before. */
  readonly cursor?: string | undefined;
}

/** A page of inputs. One that is tried again between two pages moves to the end of ascending order. */
export interface LedgerPage {
  readonly entries: readonly LedgerEntry[];
  /** Cursor of the next page; `undefined` after the last. */
  readonly next: string | undefined;
}

/** How many inputs are in each state. */
export interface LedgerStats extends Readonly<Record<LedgerState, number>> {
  /** Claimable now: pending, failed and due, or running with a lease that ran out. */
  readonly retryable: number;
}

/**
 * Which inputs were taken in: when, by which run, with what result. Every change is one atomic statement of the
 * database, and on disk when its promise resolves.
 *
 * All methods reject with an `InstrumentError`: `INSTRUMENT_INVALID_ARGUMENT` for arguments that cannot be,
 * `INSTRUMENT_AUDIT_UNAVAILABLE` when the database does not do it, or not in time (`cause` says why) and once the ledger
 * is closed. After a timeout it may have been done: call again, every method takes that well.
 */
export interface Ledger {
  /** Whether it was completed. To decide whether to work on it, ask `begin`: only that keeps others away. */
  seen(key: string): Promise<boolean>;
  /**
   * Claims an input, works on it, and ends the claim by what becomes of that: completed with what `work` resolves to, failed
   * when it throws. While the database is away at the end, it is asked again every second until it answers, `signal` is
   * aborted or the ledger is closed. What `work` throws is in the result.
   *
   * @throws the reason of `signal`, when that is aborted before the input is claimed.
   */
  take(key: string, work: LedgerWork, options?: TakeOptions): Promise<Taken>;
  /** Claims an input: of all that try, in whatever process, one gets the claim. */
  begin(key: string, options?: BeginOptions): Promise<Begun>;
  /**
   * Marks an input as taken in. Called again with the same claim, it changes nothing and resolves to the same. By key, it
   * is the claim that this ledger has; without one, the input is claimed and completed, if nobody else has it.
   *
   * @throws {StaleClaimError} when the claim was lost, or ended in another way, or by key when it cannot be claimed.
   */
  complete(claim: Claim | string, result?: CompleteOptions): Promise<LedgerEntry>;
  /**
   * Marks an attempt as failed: the input is claimable again after a while, or `dead` after the last attempt that is
   * allowed. Called again with the same claim, it changes nothing.
   *
   * @throws {StaleClaimError} when the claim was lost, or ended in another way.
   */
  fail(claim: Claim, error: unknown, options?: FailOptions): Promise<LedgerEntry>;
  /**
   * Gives an input back, as a worker does that has to stop: claimable at once, and the attempt does not count.
   *
   * @throws {StaleClaimError} when the claim was lost, or ended in another way.
   */
  release(claim: Claim): Promise<LedgerEntry>;
  /** Makes any input claimable at once with all attempts before it. Resolves to `false` when unknown or running. */
  reset(key: string): Promise<boolean>;
  /**
   * Inputs that can be claimed, longest due first. `limit`: at most 10,000, default 100; `now`: default the present, else
   * as `from` of `list`.
   */
  retryable(options?: {
    readonly limit?: number | undefined;
    readonly now?: number | string | Date | undefined;
  }): Promise<LedgerEntry[]>;
  get(key: string): Promise<LedgerEntry | undefined>;
  list(query?: LedgerQuery): Promise<LedgerPage>;
  /** Counts all inputs, which takes a while when there are millions. */
  stats(): Promise<LedgerStats>;
  /**
   * Removes inputs that ended longer ago, and resolves to how many. A completed one that is removed would be taken in
   * again: keep them for as long as the source may offer them.
   */
  prune(options: {
    readonly olderThan: Duration;
    /** Default `completed`. */
    readonly state?: 'completed' | 'dead' | undefined;
  }): Promise<number>;
  /**
   * Lets go of the database; one that was given to `openLedger` stays open. Claims that are held are not renewed any more,
   * and their signals are aborted. Idempotent; never rejects.
   */
  close(): Promise<void>;
}
