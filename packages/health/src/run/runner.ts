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
  readonly onAbandoned: () => void;
}

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
  run(): Promise<RunResult> | RunResult {
    const { name, check, timeoutMillis } = this.#options;
    if (this.#abandoned >= MAX_ABANDONED) {
      return failed(
        'abandoned',
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

  #follow(running: PromiseLike<unknown>, controller: AbortController): Promise<RunResult> {
    const { timeoutMillis, wheel } = this.#options;
    this.#controller = controller;
    return new Promise((resolve) => {
      let isAbandoned = false;
      const settle = (result: RunResult): void => {
        if (isAbandoned) return;
        cancel();
        controller.signal.removeEventListener('abort', stop);
        this.#controller = undefined;
        resolve(result);
      };
      const abandon = (result: RunResult): void => {
        settle(result);
        isAbandoned = true;
        this.#abandoned++;
      };
      // Unregistered, or stopped from outside: nobody waits for a function that does not heed it.
      const stop = (): void => abandon(failed('error', String((controller.signal.reason as Error).message)));
      const cancel = wheel.after(timeoutMillis, () => {
        const message = `did not end within ${timeoutMillis} ms`;
        abandon(failed('timeout', message));
        controller.abort(new DOMException(message, 'TimeoutError'));
        watchHeed();
      });
      let cancelHeed = (): void => {};
      const watchHeed = (): void => {
        cancelHeed = wheel.after(HEED_MILLIS, this.#options.onAbandoned);
      };
      const ended = (): boolean => {
        if (!isAbandoned) return false;
        this.#abandoned--;
        cancelHeed();
        return true;
      };
      controller.signal.addEventListener('abort', stop, { once: true });
      try {
        running.then(
          (value) => void (ended() || settle(resultOf(value))),
          (error: unknown) => void (ended() || settle(resultOfThrown(error))),
        );
      } catch (error) {
        // A thenable of the user's that throws.
        settle(resultOfThrown(error));
      }
    });
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
