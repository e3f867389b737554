import { reportFault } from '@org/instrument-core';

/** Those that wait for one signal, and the one listener that it has for them. */
interface Waiters {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

const waiting = new WeakMap<AbortSignal, Waiters>();

/**
 * Has `callback` called when a signal aborts that has not yet. Returns the function that takes it back. However many wait for a
 * signal it has one listener, and none when nobody is left: a signal that ends a whole process outlives what waits for it, and
 * Node.js warns of a leak when there are more than ten.
 *
 * @throws what the signal throws that takes no listener.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const waiters = waiting.get(signal) ?? listenTo(signal);
  const { callbacks, listener } = waiters;
  callbacks.add(callback);
  return () => {
    if (!callbacks.delete(callback) || callbacks.size > 0) return;
    if (waiting.get(signal) === waiters) waiting.delete(signal);
    signal.removeEventListener('abort', listener);
  };
}

function listenTo(signal: AbortSignal): Waiters {
  const callbacks = new Set<() => void>();
  const listener = (): void => {
    waiting.delete(signal);
    for (const callback of callbacks) callSafely(callback);
    callbacks.clear();
  };
  signal.addEventListener('abort', listener, { once: true });
  const waiters = { callbacks, listener };
  waiting.set(signal, waiters);
  return waiters;
}

/** What one throws must not keep the others from being called. */
function callSafely(callback: () => void): void {
  try {
    callback();
  } catch (fault) {
    reportFault('executions', 'heeding a signal', fault);
  }
}
