// Not the global ones, which a test of the application may have replaced by a clock that stands still.
import { clearImmediate, clearTimeout, setImmediate, setTimeout } from 'node:timers';

/**
 * Calls `end` when the time is over, once what has arrived by then was read: a process that was frozen, or whose event
 * loop stood still, finds the end of the time and the answer together. Returns what stops it.
 *
 * @param ref whether it keeps the process alive. Default: no.
 */
export function startTimeout(
  millis: number,
  end: () => void,
  { ref = false }: { readonly ref?: boolean } = {},
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
