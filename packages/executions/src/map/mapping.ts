import type { ExecutionRun } from '../execution.ts';
import { isCancelled } from './is-cancelled.ts';
import { MapError, type MapFailure } from './map-error.ts';
import { disregard, isThenable, type Source, type Step } from './source.ts';

/** What is done to each item. */
export type Mapper<T, R> = (item: T, index: number, run: ExecutionRun) => R | PromiseLike<R>;

/**
 * A map under way. Where neither the items nor the results are promises nothing is waited for: it is a loop, and what is done
 * to count an item is next to nothing.
 */
export class Mapping<T, R> {
  readonly #source: Source<T>;
  readonly #fn: Mapper<T, R>;
  readonly #run: ExecutionRun;
  readonly #concurrency: number;
  readonly #stopOnError: boolean;
  readonly #results: R[] = [];
  readonly #failures: MapFailure[] = [];
  readonly #resolve: (results: R[]) => void;
  readonly #reject: (error: unknown) => void;
  #index = 0;
  #active = 0;
  /** The source is being asked. */
  #isAsking = false;
  #isExhausted = false;
  #isOver = false;

  constructor(
    source: Source<T>,
    fn: Mapper<T, R>,
    run: ExecutionRun,
    { concurrency, stopOnError }: { readonly concurrency: number; readonly stopOnError: boolean },
    resolve: (results: R[]) => void,
    reject: (error: unknown) => void,
  ) {
    this.#source = source;
    this.#fn = fn;
    this.#run = run;
    this.#concurrency = concurrency;
    this.#stopOnError = stopOnError;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const { signal } = this.#run;
    if (signal.aborted) {
      this.stop(signal.reason);
      return;
    }
    signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#fill();
  }

  /** Ends it at once: no further item is begun, and what is under way is left to itself. */
  stop(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (!this.#isExhausted) this.#source.close();
    this.#run.signal.removeEventListener('abort', this.#onAbort);
    this.#reject(error);
  }

  readonly #onAbort = (): void => this.stop(this.#run.signal.reason);

  /** Begins items until enough are under way, or the source has to be waited for. */
  #fill(): void {
    while (this.#active < this.#concurrency && !this.#isAsking && !this.#isExhausted && !this.#isOver) {
      try {
        const step = this.#source.next();
        if (isThenable(step)) this.#await(step);
        else this.#take(step);
      } catch (error) {
        this.#sourceFailed(error);
      }
    }
    if (this.#isExhausted && this.#active === 0) this.#finish();
  }

  #await(step: PromiseLike<Step<T>>): void {
    this.#isAsking = true;
    Promise.resolve(step).then(
      (given) => {
        this.#isAsking = false;
        try {
          if (!this.#isOver) this.#take(given);
          else if (given.done !== true) disregard(given.value);
          this.#fill();
        } catch (error) {
          this.#sourceFailed(error);
        }
      },
      (error: unknown) => this.#sourceFailed(error),
    );
  }

  #sourceFailed(error: unknown): void {
    // There is nothing left to close.
    this.#isExhausted = true;
    this.stop(error);
  }

  #take(step: Step<T>): void {
    if (step.done === true) {
      this.#isExhausted = true;
      return;
    }
    const index = this.#index++;
    const { value: item } = step;
    try {
      if (isThenable(item)) this.#follow(item, index, (value) => this.#begin(value, index));
      else this.#begin(item, index);
    } catch (error) {
      this.#failed(error, index);
    }
  }

  #begin(item: T, index: number): void {
    if (this.#isOver) return;
    const result = this.#fn(item, index, this.#run);
    if (isThenable(result)) this.#follow(result, index, (value) => this.#done(value, index));
    else this.#done(result, index);
  }

  /** Waits for an item or for a result, which takes one of the places. */
  #follow<V>(promise: PromiseLike<V>, index: number, then: (value: V) => void): void {
    const settled = Promise.resolve(promise);
    this.#active++;
    settled.then(
      (value) => {
        this.#active--;
        try {
          then(value);
        } catch (error) {
          this.#failed(error, index);
        }
        this.#fill();
      },
      (error: unknown) => {
        this.#active--;
        this.#failed(error, index);
        this.#fill();
      },
    );
  }

  #done(result: R, index: number): void {
    this.#results[index] = result;
    this.#run.itemDone();
  }

  #failed(error: unknown, index: number): void {
    if (!isCancelled(this.#run, error)) this.#run.itemFailed(error);
    if (this.#stopOnError) this.stop(error);
    else if (!this.#isOver) this.#failures.push({ index, error });
  }

  #finish(): void {
    if (this.#isOver) return;
    const failures = this.#failures;
    if (failures.length > 0) {
      const message = `${failures.length} of ${this.#index} items of ${this.#run.name} failed`;
      this.#results.length = this.#index;
      // They failed in the order in which they were done.
      failures.sort((a, b) => a.index - b.index);
      this.stop(new MapError(message, failures, this.#results));
      return;
    }
    this.#isOver = true;
    this.#run.signal.removeEventListener('abort', this.#onAbort);
    this.#resolve(this.#results);
  }
}
