import type { PersonalValue } from '../subjects/personal.ts';

/** How an operation ended. `unknown`: the process ended while it ran. */
export type AuditOutcome = 'success' | 'failure' | 'cancelled' | 'denied' | 'unknown';

/** A text, or a text that belongs to a person (see `personal`). */
export type AuditText = string | PersonalValue;

/** Who did it: a person, a service, a job. */
export interface AuditActor {
  /** Stable identity, such as `user:42`. */
  readonly id: AuditText;
  /** `user`, `service`, `system`, or a word of your own. */
  readonly type?: string | undefined;
  readonly name?: AuditText | undefined;
  /** Network address that the request came from. */
  readonly address?: AuditText | undefined;
}

/** What it was done to. */
export interface AuditTarget {
  readonly id: AuditText;
  /** Kind of thing: `order`, `account`, `file`. */
  readonly type?: string | undefined;
  readonly name?: AuditText | undefined;
}

/** A trace and span, in hexadecimal, as W3C trace context has them. */
export interface SpanReference {
  readonly traceId: string;
  readonly spanId: string;
}

/**
 * A set of data that was read or written. Namespace and name are those of OpenLineage's naming: `postgres://db:5432`
 * and `public.orders`, `file` and `/data/in/2026-11-25.csv`.
 */
export interface AuditDataset {
  readonly namespace: string;
  readonly name: string;
  /** Version of the data, such as a snapshot id or a commit. */
  readonly version?: string | undefined;
  readonly rows?: number | undefined;
  readonly bytes?: number | undefined;
  /** Digest with its algorithm: `sha256:…`. */
  readonly digest?: string | undefined;
  /** Span that produced an input, when it was another process; those of this process are known by themselves. */
  readonly producedBy?: SpanReference | undefined;
}

/** Why an operation failed, in words. */
export interface AuditFailure {
  /** Class of the error. Where `after` says none: that of what was thrown. */
  readonly type?: string | undefined;
  readonly message?: AuditText | undefined;
}

/** What an operation belongs to. Trace and span default to those that are active. */
export interface AuditCorrelation {
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
  readonly requestId?: string | undefined;
  readonly tenant?: string | undefined;
}

/** An operation to be put on record. */
export interface AuditOperation {
  /** What was done: dotted words of letters, digits, `_` and `-`, such as `orders.refund`. At most 128 characters. */
  readonly action: string;
  /** Who did it; text is an id. Default: the actor of the context (see `audit.with`). */
  readonly actor?: AuditText | AuditActor | undefined;
  /** What it was done to; text is an id. */
  readonly target?: AuditText | AuditTarget | undefined;
  /** Default `success`, or `failure` where there is an `error`. */
  readonly outcome?: AuditOutcome | undefined;
  /** Why it failed: an `Error` gives class and message; or an {@link AuditFailure}. */
  readonly error?: unknown;
  readonly inputs?: readonly AuditDataset[] | undefined;
  readonly outputs?: readonly AuditDataset[] | undefined;
  /** Why it was done: a ticket, a legal ground. */
  readonly reason?: AuditText | undefined;
  readonly correlation?: AuditCorrelation | undefined;
  /** When it began: Unix time in milliseconds, or a `Date`. Default: now, less `durationMillis`. */
  readonly startTime?: number | Date | undefined;
  readonly durationMillis?: number | undefined;
  /** Anything else that JSON can say. */
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
}
