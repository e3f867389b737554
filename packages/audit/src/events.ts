/** Names and payloads of the events of audit. */
export interface AuditEventMap {
  'audit.checkpoint': CheckpointEvent;
  'audit.state': AuditStateEvent;
  'audit.recovered': RecoveredEvent;
  'audit.pruned': PrunedEvent;
  'audit.erased': ErasedEvent;
}

/** A checkpoint was signed: to be kept where whoever can change the journal cannot. */
export interface CheckpointEvent {
  readonly directory: string;
  readonly origin: string;
  /** Entries that it covers. */
  readonly size: number;
  /** Root of their tree, base64. */
  readonly root: string;
  /** The signed note (C2SP tlog-checkpoint), as it stands in the file. */
  readonly note: string;
  readonly timestampMillis: number;
}

/** What the journal can do at the moment. */
export type AuditState = 'opening' | 'open' | 'waiting' | 'full' | 'closed';

/** The journal can do more, or less, than before. */
export interface AuditStateEvent {
  readonly directory: string;
  readonly from: AuditState;
  readonly to: AuditState;
  /** Why, when it got worse: `ENOSPC: no space left on device, write`. */
  readonly reason: string | undefined;
  readonly waitingEntries: number;
  readonly waitingBytes: number;
  /** Entries shed since the process started. */
  readonly shed: number;
  readonly timestampMillis: number;
}

/** A journal that was not closed has been opened again, or one of which only the key is left: then `size` is 0. */
export interface RecoveredEvent {
  readonly directory: string;
  /** Entries that are kept. */
  readonly size: number;
  /** Bytes of an entry that was being written, which were cut off; they were acknowledged to nobody. */
  readonly tornBytes: number;
  /** File that the torn bytes were moved to; `undefined` when there were none. */
  readonly tornFile: string | undefined;
  /**
   * Entries that a checkpoint covers, and that are not there as they were signed: somebody has cut the journal, or has
   * rewritten them, and then it is all that the checkpoint covers.
   */
  readonly missing: number;
  /**
   * Entries that are there, and that no checkpoint vouches for: all, where some are `missing`. The process before has written
   * them, as far as can be told.
   */
  readonly unsigned: number;
  /** Indexes of operations that had started and not ended; each now has an entry of outcome `unknown`. */
  readonly interrupted: readonly number[];
  readonly timestampMillis: number;
}

/** Retention has removed entries; the hashes of them are kept. */
export interface PrunedEvent {
  readonly directory: string;
  /** First and last index of what was removed. */
  readonly first: number;
  readonly last: number;
  readonly timestampMillis: number;
}

/** The key of a person was erased. */
export interface ErasedEvent {
  readonly directory: string;
  /** What the values of the person carry in the journal. */
  readonly pseudonym: string;
  readonly timestampMillis: number;
}

declare module '@org/instrument-core' {
  interface EventMap extends AuditEventMap {}
}
