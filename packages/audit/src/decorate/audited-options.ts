import type { AnyFunction, ResultOf, Untyped, UntypedFunction } from '@org/instrument-core';
import type { Audit } from '../audit.ts';
import type {
  AuditActor,
  AuditCorrelation,
  AuditDataset,
  AuditFailure,
  AuditOutcome,
  AuditTarget,
  AuditText,
} from '../operation/operation.ts';

/** The `this` of a call. */
export type SelfOf<F extends AnyFunction> =
  unknown extends ThisParameterType<F> ? Untyped : ThisParameterType<F>;

/**
 * A part of an operation that is known before it runs: a value, or a function that is asked for it then. What it
 * returns is copied, so that the operation cannot change it; `undefined` says nothing.
 */
export type KnownBefore<F extends AnyFunction, T> =
  | T
  | ((args: Parameters<F>, self: SelfOf<F>) => T | undefined);

/** A call that has ended, as `after` is shown it. */
export interface EndedCall<F extends AnyFunction = UntypedFunction> {
  readonly args: Parameters<F>;
  /** The `this` of the call. */
  readonly self: SelfOf<F>;
  /** What it returned, awaited; `undefined` when it threw, was cancelled, or is a stream that is no generator. */
  readonly result: ResultOf<F> | undefined;
  /** What it threw; `undefined` when it did not. */
  readonly error: unknown;
  readonly outcome: AuditOutcome;
}

/** What is known of an operation only once it has ended. It takes the place of what was said before; attributes are added. */
export interface KnownAfter {
  readonly actor?: AuditText | AuditActor | undefined;
  readonly target?: AuditText | AuditTarget | undefined;
  readonly inputs?: readonly AuditDataset[] | undefined;
  readonly outputs?: readonly AuditDataset[] | undefined;
  readonly reason?: AuditText | undefined;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
  /** Why it failed, in place of what was thrown, where that tells too much: `{ message: personal(subject, error.message) }`. */
  readonly error?: AuditFailure | undefined;
}

/**
 * How safely an operation is put on record:
 *
 * - `written`: an entry that it started is with the operating system before the function runs, so that no crash of the
 *   process can make it forgotten; another one says how it ended. Before there is a journal it waits in memory.
 * - `durable`, for async functions: the function runs once the first entry is on disk, and the caller gets the result
 *   once the second is. Without a disk to write to it does not run, and the error of the journal is the result. Where
 *   no journal has been announced or audit is disabled there is nothing to wait for.
 * - `queued`: one entry when it has ended, on disk within milliseconds; a crash before leaves no trace.
 */
export type AuditDurability = 'written' | 'durable' | 'queued';

/** How the calls of a function are put on record. */
export interface AuditedOptions<F extends AnyFunction = UntypedFunction> {
  /** Who does it. Default: the actor of the context (see `audit.with`). */
  readonly actor?: KnownBefore<F, AuditText | AuditActor> | undefined;
  /** What it is done to. Default none. */
  readonly target?: KnownBefore<F, AuditText | AuditTarget> | undefined;
  /** Datasets that it reads. Default none. */
  readonly inputs?: KnownBefore<F, readonly AuditDataset[]> | undefined;
  /** Datasets that it writes, as far as they are known before. Default none. */
  readonly outputs?: KnownBefore<F, readonly AuditDataset[]> | undefined;
  /** Why it is done. Default: the reason of the context. */
  readonly reason?: KnownBefore<F, AuditText> | undefined;
  readonly attributes?: KnownBefore<F, Readonly<Record<string, unknown>>> | undefined;
  /** What it belongs to. Default: the active span, and what the context says. */
  readonly correlation?: KnownBefore<F, AuditCorrelation> | undefined;
  /** Asked once the call has ended, for what is known only then: versions and counts of what was written. */
  readonly after?: ((call: EndedCall<F>) => KnownAfter | undefined) | undefined;
  /**
   * How a call ended, such as `denied` for the errors of your authorisation. Default, also where it returns `undefined`:
   * what was thrown is `failure`, an `AbortError` and a stream that is closed before its end are `cancelled`.
   */
  readonly classify?:
    | ((error: unknown, result: ResultOf<F> | undefined) => AuditOutcome | undefined)
    | undefined;
  /** Default `written`. */
  readonly durability?: AuditDurability | undefined;
  /**
   * `true` follows Node.js streams to their end too; `false` takes everything but promises as a plain value. Default:
   * generators, async iterables and web `ReadableStream`s are followed, Node.js streams are not.
   */
  readonly stream?: boolean | undefined;
  /** Takes the entries. Default: that of the process. */
  readonly audit?: Audit | undefined;
}

/** Options with the action among them. */
export interface AuditedOperation<F extends AnyFunction = UntypedFunction> extends AuditedOptions<F> {
  /** What is done: dotted words of letters, digits, `_` and `-`, such as `orders.refund`. At most 128 characters. */
  readonly action: string;
}
