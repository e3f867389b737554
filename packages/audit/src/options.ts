import type { KeyObject } from 'node:crypto';
import type { Tracer } from '@opentelemetry/api';
import type { Duration, EventBus, MeterProvider } from '@org/instrument-core';

/** What happens to an operation that the journal has no room for. */
export type WhenFull = 'block' | 'shed' | 'fail';

/** What is left out or replaced in every operation before anything is hashed, written or sent. */
export interface RedactionOptions {
  /**
   * Paths in the operation, of keys and `*` for any one key or item and `**` for any number of them:
   * `attributes.password`, `attributes.headers.*`, `**.ssn`. Keys are compared without regard to case.
   */
  readonly paths?: readonly string[] | undefined;
  /** Patterns in any text of the operation, or names of ready-made ones. Every match is replaced. */
  readonly patterns?: readonly (RegExp | RedactionPattern)[] | undefined;
  /** What stands in its place. Default `[redacted]`. */
  readonly replacement?: string | undefined;
}

/** Ready-made patterns. `card`: payment card numbers with a valid check digit; `bearer`: bearer tokens and JWTs. */
export type RedactionPattern = 'email' | 'card' | 'iban' | 'bearer' | 'ipv4' | 'ipv6';

/** How long and how much is kept. Nothing is removed where neither is given. */
export interface RetentionOptions {
  /** Entries older than that are removed, a closed segment at a time. */
  readonly maxAge?: Duration | undefined;
  /** Bytes of all segments; beyond, the oldest closed segments are removed. */
  readonly maxBytes?: number | undefined;
}

/** Options of `createAudit`. */
export interface AuditOptions {
  /** Directory of the journal, made when it is not there, for the user alone (0700). One process at a time has it. */
  readonly directory: string;
  /**
   * Name of the journal in its checkpoints: visible characters without spaces and `+`, such as
   * `example.org/checkout`. Fixed when the journal is made. Default `instrument-audit/` and 16 random hexadecimal digits.
   */
  readonly origin?: string | undefined;
  /** Actions that may be recorded, or prefixes with a star (`orders.*`). Default: any that is well formed. */
  readonly actions?: readonly string[] | undefined;
  readonly redact?: RedactionOptions | undefined;
  /** Bytes of one entry. Default 65,536. */
  readonly maxEntryBytes?: number | undefined;
  /** Characters of one text in an operation; what is longer is cut, and the entry says so. Default 8,192. */
  readonly maxTextLength?: number | undefined;
  /** Bytes after which a segment is closed and the next one begun. Default 16 MiB. */
  readonly segmentBytes?: number | undefined;
  /** Age after which a segment is closed. Default `'1d'`. */
  readonly segmentAge?: Duration | undefined;
  readonly retention?: RetentionOptions | undefined;
  /**
   * Shortest time between two syncs to disk, to a millisecond: what is recorded meanwhile shares one. An entry after a
   * pause is synced at once; entries whose `durable` nobody asks for are synced ten times a second at most. Default 2 ms.
   */
  readonly commitInterval?: Duration | undefined;
  /** Bytes of entries that wait for the disk. Default 16 MiB. */
  readonly maxWaitingBytes?: number | undefined;
  /**
   * What happens when that much waits: `shed` leaves entries out and counts them, and says so in the journal once it
   * can; `block` waits for the disk, up to `blockTimeout`, and then does as `fail`, at once until the disk takes entries
   * again; `fail` throws
   * `INSTRUMENT_AUDIT_UNAVAILABLE`, so that what cannot be put on record is not done. Default `shed`.
   */
  readonly whenFull?: WhenFull | undefined;
  /** Longest wait of `block`. Default `'5s'`. */
  readonly blockTimeout?: Duration | undefined;
  /** Longest time between two signed checkpoints while entries come in. Default `'1m'`. */
  readonly checkpointInterval?: Duration | undefined;
  /**
   * Ed25519 key that signs checkpoints: a `KeyObject`, PEM text or the base64 of it, or the path of a PEM file. Default:
   * `signing.key` in the directory, made when it is not there. Whoever can read it can sign another history: keep it elsewhere.
   */
  readonly signingKey?: KeyObject | string | undefined;
  /** Opens the span of each operation. Default: none are opened. `init()` gives one whose spans are always sampled. */
  readonly tracer?: Tracer | undefined;
  /** Takes the metrics. Default: that of the process. */
  readonly meterProvider?: MeterProvider | undefined;
  /** Takes the events. Default: that of the process. */
  readonly events?: EventBus | undefined;
}
