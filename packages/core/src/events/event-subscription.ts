import {
  BoundedQueue,
  checkCapacity,
  DEFAULT_CAPACITY,
  type Overflow,
  type QueueSource,
} from './event-queue.ts';

/** Bounds of a subscription through a queue. */
export interface SubscribeOptions {
  /** How many events wait while the handler is busy; beyond, one is shed and counted. Default 1,000. */
  readonly capacity?: number;
  /** Which one that is. Default `oldest`: what is going on now is worth more than what was. */
  readonly overflow?: Overflow;
  /** Ends the subscription at once: what waits is not handled any more. */
  readonly signal?: AbortSignal;
}

/** Events on their way to one handler. */
export interface EventSubscription {
  /** Events that wait for the handler. */
  readonly waiting: number;
  /** Events lost because the handler did not keep up. */
  readonly shed: number;
  /** Takes no more events. Resolves when those that wait have been handled. */
  close(): Promise<void>;
}

/** {@link EventSubscription} to what a source gives. */
export function subscribeToEvents<Item extends { readonly name: string }>(
  source: QueueSource<Item>,
  handler: (item: Item) => unknown,
  options: SubscribeOptions,
): EventSubscription {
  const { capacity = DEFAULT_CAPACITY, overflow = 'oldest', signal } = options;
  const queue = new BoundedQueue<Item>(checkCapacity(capacity), overflow);
  let handling: Promise<void> | undefined;

  const handleAll = async (): Promise<void> => {
    do {
      // Only what came before this turn: a handler that emits what it hears must not keep others from theirs.
      await nextTurn();
      for (let left = queue.size; left > 0; left--) await handle(queue.shift());
    } while (queue.size > 0);
    handling = undefined;
  };
  const handle = async (item: Item | undefined): Promise<void> => {
    if (item === undefined) return;
    try {
      await handler(item);
    } catch (error) {
      source.onFailure(item.name, error);
    }
  };
  const off = source.listen((item) => {
    if (!queue.push(item)) source.onShed();
    handling ??= handleAll();
  });
  const stop = (): void => {
    off();
    queue.clear();
  };
  if (signal?.aborted === true) stop();
  else signal?.addEventListener('abort', stop, { once: true });
  return {
    get waiting(): number {
      return queue.size;
    },
    get shed(): number {
      return queue.shed;
    },
    close(): Promise<void> {
      off();
      signal?.removeEventListener('abort', stop);
      return handling ?? Promise.resolve();
    },
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
