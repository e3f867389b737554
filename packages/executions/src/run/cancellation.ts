import { setMaxListeners } from 'node:events';
import { isAbort } from '@org/instrument-core';
import type { ExecutionOutcome } from '../events.ts';
import type { LifetimeEnd } from './lifetime.ts';
import { onAbort } from './on-abort.ts';

/** Whether an execution is to stop: by the signal it was given, or by itself. */
export class Cancellation {
  readonly #source: AbortSignal | undefined;
  /** Made when somebody asks for it: most executions heed no signal. */
  #controller: AbortController | undefined;
  #isAsked = false;
  #isReleased = false;
  /** Stops listening to the source. */
  #letGo: () => void = () => {};

  constructor(source: AbortSignal | undefined) {
    this.#source = source;
  }

  get signal(): AbortSignal {
    return this.#own().signal;
  }

  /** The execution is to stop before its end. */
  abort(reason: unknown): void {
    this.#isAsked = true;
    this.#own().abort(reason);
  }

  /**
   * What heeds the signal is to stop, since the execution has come to its end, by `cause` if it has failed. The reason is
   * never the cause itself: what else fails with that has failed, and was not cancelled.
   */
  halt(cause?: unknown): void {
    if (this.#controller?.signal.aborted !== false) return;
    const options = { name: 'AbortError', ...(cause === undefined ? {} : { cause }) };
    this.#controller.abort(new DOMException('The execution has ended', options));
  }

  /** Nothing aborts it any more but itself; the source is let go. */
  release(): void {
    this.#isReleased = true;
    this.#letGo();
  }

  /** How an execution ended. One that was to stop is complete all the same when it has no items left. */
  endOf(end: LifetimeEnd, error: unknown, isThrough: boolean): ExecutionOutcome {
    const isAborted = this.#isAsked || this.#source?.aborted === true;
    if (end === 'cancelled') return 'cancelled';
    if (end === 'ok') return isAborted && !isThrough ? 'cancelled' : 'completed';
    return isAbort(error) || (isAborted && this.#isReason(error)) ? 'cancelled' : 'failed';
  }

  #isReason(error: unknown): boolean {
    const source = this.#source;
    return (source?.aborted === true && error === source.reason) || error === this.#controller?.signal.reason;
  }

  #own(): AbortController {
    if (this.#controller !== undefined) return this.#controller;
    const controller = new AbortController();
    // Heeded by as many calls as there are at work: more than ten are no leak.
    setMaxListeners(0, controller.signal);
    const source = this.#source;
    this.#controller = controller;
    // Not AbortSignal.any: on Node.js 20 it may be collected while somebody still listens.
    if (source?.aborted === true) controller.abort(source.reason);
    else if (source !== undefined && !this.#isReleased)
      this.#letGo = onAbort(source, () => controller.abort(source.reason));
    return controller;
  }
}
