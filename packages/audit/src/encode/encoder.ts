import type { EntryContent } from '../operation/entry.ts';
import type { AuditActor, AuditOperation, AuditText } from '../operation/operation.ts';

/** What is added to every operation of an asynchronous context (see `audit.with`). */
export interface AuditContext {
  readonly actor?: AuditText | AuditActor | undefined;
  readonly tenant?: string | undefined;
  readonly requestId?: string | undefined;
  readonly reason?: AuditText | undefined;
}

/** What the recorder knows besides the operation. */
export interface EntryFacts {
  /** When it is recorded: ISO 8601 in UTC with milliseconds. */
  readonly time: string;
  readonly phase: 'started' | 'ended' | undefined;
  /** Index of the entry of phase `started`. */
  readonly started: number | undefined;
  readonly context: AuditContext | undefined;
  /** The active span, or that of the operation itself; what the operation says itself goes first. */
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
}

/** An operation, ready for the journal. */
export interface EncodedEntry {
  /** Canonical JSON (RFC 8785) of `content`. */
  readonly text: string;
  /** Redacted, sealed, and safe: nothing else of the operation may go anywhere. */
  readonly content: EntryContent;
}

/** Turns operations into entries: checked, made safe, redacted, sealed, in canonical JSON. */
export interface EntryEncoder {
  /**
   * @throws {InstrumentError} `INSTRUMENT_AUDIT_REFUSED` with all problems, when it cannot stand in the journal: an
   * unknown or malformed action, fields of a wrong type, or more than the size limit allows whatever is left out.
   */
  encode(operation: AuditOperation, facts: EntryFacts): EncodedEntry;
}
