import { reportFault } from '@org/instrument-core';

/** Values, or promises of values, that are there or are given one by one. */
export type Items<T> = Iterable<T | PromiseLike<T>> | AsyncIterable<T | PromiseLike<T>>;

/** What an iterator gives next. */
export type Step<T> = IteratorResult<T | PromiseLike<T>, unknown>;

/** Items, asked for one after another: they are there at once or, from an async iterable, come by a promise. */
export interface Source<T> {
  /** Not to be called before what it gave last is there. */
  next(): Step<T> | PromiseLike<Step<T>>;
  /** No more items are wanted. Never throws. */
  close(): void;
}

/** The items of an iterable. */
export function sourceOf<T>(items: Items<T>): Source<T> {
  // Not by `in`, which throws for a string.
  const { [Symbol.asyncIterator]: asyncIterator } = items as Partial<AsyncIterable<T | PromiseLike<T>>>;
  if (Array.isArray(items)) for (const item of items) disregardPromise(item);
  const iterator =
    asyncIterator == null
      ? (items as Iterable<T | PromiseLike<T>>)[Symbol.iterator]()
      : (Reflect.apply(asyncIterator, items, []) as AsyncIterator<T | PromiseLike<T>>);
  return {
    next: () => iterator.next(),
    close() {
      try {
        const closed: unknown = iterator.return?.();
        if (isThenable(closed)) Promise.resolve(closed).catch(report);
      } catch (fault) {
        report(fault);
      }
    },
  };
}

/** Who waits for the map has its end already. */
function report(fault: unknown): void {
  reportFault('executions', 'closing the items', fault);
}

/** An item came that nobody wants any more: if it is a promise that rejects, that is nobody's concern. */
export function disregard(item: unknown): void {
  try {
    if (isThenable(item)) Promise.resolve(item).catch(() => {});
  } catch {
    // It throws when it is looked at.
  }
}

/**
 * A promise in a list has begun already: one that rejects before its turn comes, or is never looked at, must not end the process.
 * Of other thenables nothing is asked, since some begin with that.
 */
function disregardPromise(item: unknown): void {
  try {
    if (item instanceof Promise) item.catch(() => {});
  } catch {
    // It throws when it is looked at.
  }
}

/** Whether a value is to be waited for. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}
