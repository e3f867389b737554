import type { AuditEntry } from '../operation/entry.ts';
import type { AuditOutcome } from '../operation/operation.ts';

/** How an operation ended, or that it starts: what an entry says of it. */
export type QueriedOutcome = AuditOutcome | 'started';

/** What entries to look for; an entry matches when it matches all that is given. */
export interface AuditQuery {
  /** Recorded at or after: Unix time in milliseconds, a `Date`, or ISO 8601 text, in UTC unless it names a zone. */
  readonly from?: number | string | Date | undefined;
  /** Recorded before. */
  readonly to?: number | string | Date | undefined;
  /** Id of the actor; what belongs to a person is found by its plain text while the key exists. */
  readonly actor?: string | readonly string[] | undefined;
  /** Action, or a prefix with a star: `orders.*`. */
  readonly action?: string | readonly string[] | undefined;
  /** Id of the target. */
  readonly target?: string | readonly string[] | undefined;
  /** 32 hexadecimal digits, in upper or lower case. */
  readonly traceId?: string | undefined;
  /** How it ended; `started`: entries that say of an operation that it starts, whatever came of it. */
  readonly outcome?: QueriedOutcome | readonly QueriedOutcome[] | undefined;
  readonly tenant?: string | undefined;
  readonly requestId?: string | undefined;
  /** Dataset read or written, as `namespace` and `name`. */
  readonly dataset?: { readonly namespace: string; readonly name: string } | undefined;
  /** `ascending` (default): oldest first. */
  readonly order?: 'ascending' | 'descending' | undefined;
  /** Entries of a page, at most 10,000. Default 100 for `page`, no limit for `query`. */
  readonly limit?: number | undefined;
  /** Where a page begins: `next` of the one before. */
  readonly cursor?: string | undefined;
}

/** A page of entries. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  /** Cursor of the next page; `undefined` after the last. */
  readonly next: string | undefined;
}
