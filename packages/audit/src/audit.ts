import type { AuditContext } from './encode/encoder.ts';
import type { AuditState } from './events.ts';
import type { AuditEntry, RecordedEntry } from './operation/entry.ts';
import type { AuditOperation } from './operation/operation.ts';
import type { AuditPage, AuditQuery } from './query/query.ts';
import type { Verification, VerifyOptions } from './verify/verification.ts';

/** How the journal is. */
export interface AuditStatus {
  readonly state: AuditState;
  /** Why it is not `open`. */
  readonly reason: string | undefined;
  readonly directory: string | undefined;
  readonly origin: string | undefined;
  /** Entries in the journal, those that wait included. */
  readonly size: number;
  /** Entries on disk. */
  readonly durable: number;
  readonly waitingBytes: number;
  /** Entries shed since the process started. */
  readonly shed: number;
  /** Entries that the last checkpoint covers. */
  readonly checkpointed: number;
  /**
   * Entries that a checkpoint covers, and that were not there as they were signed when the journal was opened: somebody has
   * cut it, or has rewritten them, and then it is all that the checkpoint covers.
   */
  readonly missing: number;
}

/** What is known of an operation once it has ended. */
export interface OperationEnd
  extends Pick<
    AuditOperation,
    | 'outcome'
    | 'error'
    | 'inputs'
    | 'outputs'
    | 'reason'
    | 'attributes'
    | 'actor'
    | 'target'
    | 'durationMillis'
  > {}

/** An operation that has been put on record as started. */
export interface OpenOperation {
  readonly entry: RecordedEntry;
  /** Puts its end on record. What is called later does nothing, and returns the same entry. */
  end(end?: OperationEnd): RecordedEntry;
}

/** A signed state of the journal. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  /** The signed note (C2SP tlog-checkpoint). */
  readonly note: string;
}

/** Puts operations on record. */
export interface Audit {
  /**
   * Puts an operation on record: as an entry of the journal and as a span `audit.<action>`. Returns at once.
   *
   * @throws {InstrumentError} `INSTRUMENT_AUDIT_REFUSED` for what cannot be an entry, with all problems;
   * `INSTRUMENT_AUDIT_UNAVAILABLE` when there is no room for it and `whenFull` is `fail`, or `block` was in vain.
   */
  record(operation: AuditOperation): RecordedEntry;
  /**
   * Puts on record that an operation starts; its end is a second entry. The first is with the operating system when
   * this returns, so that no crash of the process can make it forgotten: an operation without an end gets one of outcome
   * `unknown` when the journal is opened again.
   *
   * @throws {InstrumentError} as `record` does.
   */
  begin(operation: AuditOperation): OpenOperation;
  /** Runs `fn`, and everything that it awaits, with an actor, tenant, request or reason for all its operations. */
  with<T>(context: AuditContext, fn: () => T): T;
  /** Entries that match, oldest first, as a stream; what belongs to persons is readable while their keys exist. */
  query(query?: AuditQuery): AsyncIterableIterator<AuditEntry>;
  /** One page of what matches, and the cursor of the next one. */
  page(query?: AuditQuery): Promise<AuditPage>;
  /** Checks the whole journal, and names the first entry that is not as it was recorded. */
  verify(options?: VerifyOptions): Promise<Verification>;
  /** Signs the present state, once it is on disk. */
  checkpoint(): Promise<Checkpoint>;
  /** Makes all that belongs to a person unreadable for good, and puts that on record. */
  erase(subject: string): Promise<boolean>;
  status(): AuditStatus;
  /** Resolves once everything recorded so far is on disk. Rejects when that is not possible at the moment. */
  flush(): Promise<void>;
  /** Brings everything to disk, signs a last checkpoint and releases the directory. Idempotent; never rejects. */
  close(): Promise<void>;
}
