import type { ExecutionRun } from '../execution.ts';
import { isCancelled } from './is-cancelled.ts';
import type { Mapper } from './mapping.ts';
import { disregard, type Source } from './source.ts';

/** What became of an item. */
export type Settled<R> = { readonly value: R } | { readonly error: unknown };

/** An item under way, or that waits to be taken. */
interface Place<R> {
  settled: Settled<R> | undefined;
  next: Place<R> | undefined;
}

/**
 * Processes items of a source, so many at once, and has their results taken in the order of the items. A result that nobody
 * takes keeps its place, so that a slow consumer holds up the source.
 */
export class Conveyor<T, R> {
  readonly #source: Source<T>;
  readonly #fn: Mapper<T, R>;
  readonly #run: ExecutionRun;
  readonly #capacity: number;
  /** A list, not an array: with no limit to what is under way, taking the first of an array would move all others. */
  #first: Place<R> | undefined;
  #last: Place<R> | undefined;
  #taken = 0;
  #begun = 0;
  #isAsking = false;
  #isExhausted = false;
  #isStopped = false;
  /** What the source failed with. */
  #fault: { readonly error: unknown } | undefined;
  #wake: () => void = () => {};

  constructor(source: Source<T>, fn: Mapper<T, R>, run: ExecutionRun, capacity: number) {
    this.#source = source;
    this.#fn = fn;
    this.#run = run;
    this.#capacity = capacity;
    run.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Items that were begun. */
  get begun(): number {
    return this.#begun;
  }

  /**
   * The next result; `undefined` when there are no more.
   *
   * @throws the signal's reason when it aborts, and what the source throws, once the items before it are taken.
   */
  async take(): Promise<Settled<R> | undefined> {
    while (true) {
      this.#run.signal.throwIfAborted();
      this.#fill();
      const first = this.#first;
      if (first?.settled !== undefined) {
        this.#first = first.next;
        this.#taken++;
        this.#fill();
        return first.settled;
      }
      if (first === undefined && this.#isExhausted) {
        if (this.#fault !== undefined) throw this.#fault.error;
        return undefined;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** No more is wanted. */
  stop(): void {
    this.#isStopped = true;
    this.#run.signal.removeEventListener('abort', this.#onAbort);
    if (!this.#isExhausted) this.#source.close();
  }

  /** Nothing is begun any more. */
  get #isOver(): boolean {
    return this.#isStopped || this.#run.signal.aborted;
  }

  readonly #onAbort = (): void => this.#wake();

  #fill(): void {
    if (this.#isAsking || this.#isExhausted || this.#isOver) return;
    if (this.#begun - this.#taken >= this.#capacity) return;
    this.#isAsking = true;
    // One question at a time: not every iterator takes several.
    this.#ask().then(() => {
      this.#isAsking = false;
      this.#fill();
      this.#wake();
    });
  }

  async #ask(): Promise<void> {
    try {
      const step = await this.#source.next();
      if (step.done === true) this.#isExhausted = true;
      else if (this.#isOver) disregard(step.value);
      else void this.#process(step.value);
    } catch (error) {
      this.#fault = { error };
      this.#isExhausted = true;
    }
  }

  async #process(item: T | PromiseLike<T>): Promise<void> {
    const place = this.#addPlace();
    const index = this.#begun++;
    try {
      const given = await item;
      if (this.#isOver) return;
      const value = await this.#fn(given, index, this.#run);
      this.#run.itemDone();
      place.settled = { value };
    } catch (error) {
      if (!isCancelled(this.#run, error)) this.#run.itemFailed(error);
      place.settled = { error };
    }
    if (place === this.#first) this.#wake();
  }

  #addPlace(): Place<R> {
    const place: Place<R> = { settled: undefined, next: undefined };
    if (this.#first === undefined) this.#first = place;
    else if (this.#last !== undefined) this.#last.next = place;
    this.#last = place;
    return place;
  }
}
