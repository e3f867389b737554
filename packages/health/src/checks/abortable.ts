import { monotonicMillis } from '@org/instrument-core';

// A question without an answer is asked again once in so long, for its connection may be lost without a trace.
const LONGEST_WAIT_MILLIS = 60_000;

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
 * Asks what cannot be aborted, one question at a time: while there is no answer, later calls wait for the same one, so
 * that questions do not pile up in front of a server that hangs. One that is unanswered for a minute is given up.
 */
export function joinUnanswered<T>(ask: () => T | PromiseLike<T>): () => Promise<T> {
  let unanswered: { readonly answer: Promise<T>; readonly sinceMillis: number } | undefined;
  return () => {
    const now = monotonicMillis();
    if (unanswered !== undefined && now - unanswered.sinceMillis < LONGEST_WAIT_MILLIS)
      return unanswered.answer;
    const question = { answer: (async () => await ask())(), sinceMillis: now };
    unanswered = question;
    const forget = (): void => {
      if (unanswered === question) unanswered = undefined;
    };
    question.answer.then(forget, forget);
    return question.answer;
  };
}
