import type { AuditOutcome, SpanReference } from './operation.ts';

/** A value that JSON can say. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** An object of JSON values. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/**
 * A value of a person, encrypted with the key of that person: `subject` is the pseudonym of the key, `sealed` is
 * base64 of nonce (12 bytes), ciphertext and tag (16 bytes) of AES-256-GCM.
 */
export interface SealedValue {
  readonly $sealed: string;
  readonly subject: string;
}

/** Text of an entry: plain, or sealed for a person. */
export type EntryText = string | SealedValue;

/** Who did it. */
export interface EntryActor {
  readonly id: EntryText;
  readonly type?: string;
  readonly name?: EntryText;
  readonly address?: EntryText;
}

/** What it was done to. */
export interface EntryTarget {
  readonly id: EntryText;
  readonly type?: string;
  readonly name?: EntryText;
}

/** A set of data that was read or written. */
export interface EntryDataset {
  readonly namespace: string;
  readonly name: string;
  readonly version?: string;
  readonly rows?: number;
  readonly bytes?: number;
  readonly digest?: string;
  readonly producedBy?: SpanReference;
}

/** What was changed so that a value could be kept: cut, replaced, left out. */
export interface Adjustment {
  /** Path in the operation: `attributes.items[3]`. */
  readonly path: string;
  /** What was done, in words: `a cycle was replaced`, `cut from 20,000 to 8,192 characters`. */
  readonly what: string;
}

/**
 * An operation as it stands in the journal, under the key `entry` of a line. A decorated operation has two: one of
 * phase `started`, before it ran, and one of phase `ended`, whose `started` is the index of the first.
 */
export interface EntryContent {
  readonly action: string;
  readonly actor?: EntryActor;
  /** What had to be changed; absent when nothing was. */
  readonly adjusted?: readonly Adjustment[];
  readonly attributes?: JsonObject;
  readonly correlation?: {
    readonly requestId?: string;
    readonly spanId?: string;
    readonly tenant?: string;
    readonly traceId?: string;
  };
  readonly durationMillis?: number;
  readonly error?: { readonly type: string; readonly message?: EntryText };
  readonly inputs?: readonly EntryDataset[];
  /** Absent in phase `started`. */
  readonly outcome?: AuditOutcome;
  readonly outputs?: readonly EntryDataset[];
  /** Absent for what was recorded at once with `audit.record`. */
  readonly phase?: 'started' | 'ended';
  readonly reason?: EntryText;
  /** Index of the entry of phase `started`, in one of phase `ended`. */
  readonly started?: number;
  readonly startTime?: string;
  readonly target?: EntryTarget;
  /** When it was recorded: ISO 8601 in UTC with milliseconds. Never goes back within a journal. */
  readonly time: string;
}

/** An entry as it is read back. */
export interface AuditEntry extends EntryContent {
  /** Position in the journal, from 0. */
  readonly index: number;
  /** Merkle leaf hash of the entry, base64: SHA-256 of a zero byte and the line without its end (RFC 6962, 2.1). */
  readonly hash: string;
}

/** An entry that was just recorded. */
export interface RecordedEntry {
  /** Position in the journal; `undefined` for what was shed, or waits for the journal to be opened. */
  readonly index: number | undefined;
  /** Leaf hash, base64; `undefined` as `index` is. */
  readonly hash: string | undefined;
  /**
   * Resolves once the entry is on disk (`fdatasync`). Rejects with an `InstrumentError` when it was shed, or when the
   * journal was closed before it could be written. Nobody need wait for it: a rejection that nobody sees is no fault.
   */
  readonly durable: Promise<void>;
}
