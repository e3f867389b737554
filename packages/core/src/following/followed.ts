import type { Context } from '@opentelemetry/api';

/**
 * A call whose result is being followed: it is told how it ends. What is said after its first end does nothing. No
 * method throws.
 *
 * `Subject` is what the call needs to tell of its end, such as its arguments. The call must not hold it: what is
 * followed may be reached from it, and would never be seen to be abandoned. So those who follow hold it, and hand it
 * over at the end.
 */
export interface Followed<Subject> {
  readonly ended: boolean;
  /** When it began, by `monotonicMillis`. Without it the call is told of what an earlier one follows already, too. */
  readonly startMillis?: number | undefined;
  /** The function is an `async` one: it makes a promise for each call, and never returns one again. */
  readonly isAsync?: boolean | undefined;
  /** The user's option `stream`: which results are followed as streams (see `isStream`). */
  readonly streamOption: boolean | undefined;
  /** Context that the steps of the result run in. Default: that of the consumer who asks for them. */
  readonly context?: Context | undefined;
  succeed(result: unknown, subject: Subject): void;
  fail(error: unknown, subject: Subject): void;
  /** The consumer closed an iterator, which answered with `result`, before it was done. */
  close(result: unknown, subject: Subject): void;
  /** The consumer does not want the rest of a stream. */
  cancel(subject: Subject): void;
  /** From now on `handle` is all through which the call can end: once it is collected, nobody will end it. */
  watch(handle: object): void;
  /** `what`, which we did to follow the result, has failed: `'following the result'`. */
  report(what: string, fault: unknown): void;
  /** The result is a stream: it may have items, and runs in steps. May be said more than once. */
  stream?(): void;
  /** The stream gave an item. */
  item?(): void;
}
