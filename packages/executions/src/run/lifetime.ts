import { type Context, context } from '@opentelemetry/api';
import { endWhenAbandoned, type Followed, follow, forgetHandle, reportFault } from '@org/instrument-core';

/** How a lifetime ended. */
export type LifetimeEnd = 'ok' | 'error' | 'cancelled';

/**
 * The time from the begin of some work to its one end: of an execution, a chunk, a worker. It ends when what the work
 * returned does: a promise that settles, a generator that is through. Nothing throws but `run`, which throws what the work
 * throws.
 */
export class Lifetime implements Followed<undefined> {
  ended = false;
  isWatched = false;
  /** Context that the work runs in; `undefined` when it is the caller's. */
  context: Context | undefined = undefined;
  readonly streamOption: undefined = undefined;
  readonly #finish: (end: LifetimeEnd, error: unknown) => void;

  /** `finish` does what is to be done at the end; a fault in it is reported. */
  constructor(finish: (end: LifetimeEnd, error: unknown) => void) {
    this.#finish = finish;
  }

  /** Runs the work, and follows what it returns. */
  run<R>(work: () => R): R {
    let result: R;
    try {
      result = this.context === undefined ? work() : context.with(this.context, work);
    } catch (error) {
      this.fail(error);
      throw error;
    }
    return follow(this, result, undefined) as R;
  }

  succeed(): void {
    this.#end('ok', undefined);
  }

  fail(error: unknown): void {
    this.#end('error', error);
  }

  /** Who leaves a loop early has all that it wanted. */
  close(): void {
    this.#end('ok', undefined);
  }

  cancel(): void {
    this.#end('cancelled', undefined);
  }

  abandon(): void {
    this.#end('ok', undefined);
  }

  watch(handle: object): void {
    endWhenAbandoned(this, handle);
  }

  report(what: string, fault: unknown): void {
    reportFault('executions', what, fault);
  }

  #end(end: LifetimeEnd, error: unknown): void {
    if (this.ended) return;
    this.ended = true;
    forgetHandle(this);
    try {
      this.#finish(end, error);
    } catch (fault) {
      this.report('recording an end', fault);
    }
  }
}
