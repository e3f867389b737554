// Not the global ones, which a test of the application may have replaced by a clock that stands still.
import { clearImmediate, clearTimeout, setImmediate, setTimeout } from 'node:timers';

/** 24.8 days: the longest delay that a timer of Node.js takes; of a longer one it makes a millisecond. */
export const MAX_TIMER_MILLIS: number = 2 ** 31 - 1;

/** Whether the wait for the end of a time keeps the process alive. Default: no. */
export interface TimeoutOptions {
  readonly ref?: boolean;
}

/** What `work` comes to; or, when the time is over before, what `late` returns or throws. See {@link startTimeout}. */
export async function within<T>(
  work: PromiseLike<T>,
  millis: number,
  late: () => T,
  options?: TimeoutOptions,
): Promise<T> {
  let stop = (): void => {};
  const end = new Promise<void>((resolve) => {
    stop = startTimeout(millis, resolve, options);
  });
  try {
    return await Promise.race([work, end.then(late)]);
  } finally {
    stop();
  }
}

/**
 * Calls `end` when the time is over, once what has arrived by then was read: a process that was frozen, or whose event
 * loop stood still, finds the end of the time and the answer together. Returns what stops it.
 */
export function startTimeout(
  millis: number,
  end: () => void,
  { ref = false }: TimeoutOptions = {},
): () => void {
  let turn: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    // Of this turn of the event loop, which reads in between.
    turn = setImmediate(end);
  }, millis);
  if (!ref) timer.unref();
  return () => {
    clearTimeout(timer);
    clearImmediate(turn);
  };
}
