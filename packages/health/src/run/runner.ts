import type { CheckFunction } from '../check.ts';
import type { TimerWheel } from '../schedule/timer-wheel.ts';
import { failed, type RunResult, resultOf, resultOfThrown } from './outcome.ts';

/** Runs that have been abandoned and have not ended: with so many, no other is begun until one ends. */
const MAX_ABANDONED = 3;
/** A function that heeds its signal ends soon after it; one that has not by then ignores it, and is counted. */
const HEED_MILLIS = 1_000;

/** What a runner is to do. */
export interface RunnerOptions {
  readonly name: string;
  readonly check: CheckFunction;
  readonly timeoutMillis: number;
  readonly wheel: TimerWheel;
  /** A run that was abandoned has not ended in spite of its signal. */
  readonly ignored: () => void;
  /** A run that was abandoned has ended. */
  readonly changed: () => void;
}

/** What a run comes to: `undefined` when it was stopped from outside, which says nothing about what is checked. */
export type RunOutcome = RunResult | undefined;

/** Runs one check, with a timeout, whatever the check does. */
export class Runner {
  readonly #options: RunnerOptions;
  #abandoned = 0;
  #controller: AbortController | undefined;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /** Runs that have not ended since they were abandoned. */
  get abandoned(): number {
    return this.#abandoned;
  }

  /** Runs the check once. Never rejects; resolves no later than the timeout. */
  run(): Promise<RunOutcome> | RunResult {
    const { name, check, timeoutMillis } = this.#options;
    if (this.#abandoned >= MAX_ABANDONED) {
      return failed(
        'pending',
        `${this.#abandoned} earlier runs have not ended, ${timeoutMillis} ms and more after they began: ` +
          'the check ignores its AbortSignal, so none is begun until one of them ends',
      );
    }
    const controller = new AbortController();
    try {
      const returned: unknown = check({ name, signal: controller.signal });
      return isThenable(returned) ? this.#follow(returned, controller) : resultOf(returned);
    } catch (error) {
      return resultOfThrown(error);
    }
  }

  /** Tells a run under way to stop. */
  abort(reason: string): void {
    this.#controller?.abort(new Error(reason));
  }

  #follow(running: PromiseLike<unknown>, controller: AbortController): Promise<RunOutcome> {
    const { timeoutMillis, wheel, ignored, changed } = this.#options;
    this.#controller = controller;
    return new Promise((resolve) => {
      let state: 'running' | 'abandoned' | 'over' = 'running';
      let cancelHeed = (): void => {};
      /** The caller has its answer. */
      const settle = (outcome: RunOutcome, then: 'abandoned' | 'over'): void => {
        state = then;
        cancelTimeout();
        controller.signal.removeEventListener('abort', stop);
        if (this.#controller === controller) this.#controller = undefined;
        if (then === 'abandoned') this.#abandoned++;
        resolve(outcome);
      };
      /** Nobody waits for a function that was told to stop. */
      const stop = (): void => settle(undefined, 'abandoned');
      /** The function has ended, however often it says so. */
      const ended = (outcome: RunResult): void => {
        if (state === 'running') settle(outcome, 'over');
        else if (state === 'abandoned') {
          state = 'over';
          this.#abandoned--;
          cancelHeed();
          changed();
        }
      };
      const cancelTimeout = wheel.timeout(timeoutMillis, () => {
        const message = `did not end within ${timeoutMillis} ms`;
        settle(failed('timeout', message), 'abandoned');
        controller.abort(new DOMException(message, 'TimeoutError'));
        cancelHeed = wheel.after(HEED_MILLIS, ignored);
      });
      controller.signal.addEventListener('abort', stop, { once: true });
      try {
        running.then(
          (value) => ended(resultOf(value)),
          (error: unknown) => ended(resultOfThrown(error)),
        );
      } catch (error) {
        // A thenable of the user's that throws.
        ended(resultOfThrown(error));
      }
    });
  }
}

/** Whether to wait for it; a proxy may refuse to tell, and is then looked at as it is. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
