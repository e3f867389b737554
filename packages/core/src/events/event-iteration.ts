import { BoundedQueue, checkCapacity, DEFAULT_CAPACITY, type QueueSource } from './event-queue.ts';

/** Bounds of an async iteration over events. */
export interface IterateOptions {
  /** How many events wait for a slow consumer; beyond, the oldest is shed and counted. Default 1,000. */
  readonly capacity?: number;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
}

/** An async iteration over events that tells how many it had to shed. */
export interface EventIteration<Item> extends AsyncIterableIterator<Item> {
  readonly shed: number;
}

/** {@link EventIteration} over what a source gives. */
export function iterateEvents<Item>(
  source: QueueSource<Item>,
  options: IterateOptions,
): EventIteration<Item> {
  const queue = new BoundedQueue<Item>(checkCapacity(options.capacity ?? DEFAULT_CAPACITY), 'oldest');
  const waiting: ((result: IteratorResult<Item>) => void)[] = [];
  let done = false;
  const off = source.listen((item) => {
    const next = waiting.shift();
    if (next !== undefined) next({ value: item, done: false });
    else if (!queue.push(item)) source.onShed();
  });
  const finish = (): void => {
    if (done) return;
    done = true;
    off();
    options.signal?.removeEventListener('abort', finish);
    for (const resolve of waiting.splice(0)) resolve({ value: undefined, done: true });
  };
  if (options.signal?.aborted === true) finish();
  else options.signal?.addEventListener('abort', finish, { once: true });
  return {
    get shed(): number {
      return queue.shed;
    },
    next(): Promise<IteratorResult<Item>> {
      const item = queue.shift();
      if (item !== undefined) return Promise.resolve({ value: item, done: false });
      if (done) return Promise.resolve({ value: undefined, done: true });
      return new Promise((resolve) => waiting.push(resolve));
    },
    return(): Promise<IteratorResult<Item>> {
      queue.clear();
      finish();
      return Promise.resolve({ value: undefined, done: true });
    },
    [Symbol.asyncIterator](): AsyncIterableIterator<Item> {
      return this;
    },
  };
}
