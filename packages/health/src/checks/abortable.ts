import { monotonicMillis } from '@org/instrument-core';

/** A question without an answer for so long is given up: its connection may be lost without a trace. */
const LONGEST_WAIT_MILLIS = 60_000;
/** Questions that may be without an answer. */
const MAX_UNANSWERED = 3;

/** Waits for what cannot be aborted itself, until the signal is. */
export function abortable<T>(promise: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new Error('No answer before the check was aborted'));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).then(() => signal.removeEventListener('abort', onAbort));
  });
}

/**
 * Asks what cannot be aborted. Each call asks anew, for the connection of an earlier question may be lost without a
 * trace; but while three have no answer, later calls wait for the first of these, so that questions do not pile up in
 * front of a server that hangs. One that is unanswered for a minute is given up.
 */
export function joinUnanswered<T>(ask: () => T | PromiseLike<T>): () => Promise<T> {
  /** Questions without an answer, and when they were asked. */
  const unanswered = new Map<Promise<T>, number>();
  return () => {
    const now = monotonicMillis();
    for (const [answer, sinceMillis] of unanswered) {
      if (now - sinceMillis >= LONGEST_WAIT_MILLIS) unanswered.delete(answer);
    }
    if (unanswered.size >= MAX_UNANSWERED) return Promise.race(unanswered.keys());
    const answer = (async () => await ask())();
    unanswered.set(answer, now);
    const forget = (): void => void unanswered.delete(answer);
    answer.then(forget, forget);
    return answer;
  };
}
