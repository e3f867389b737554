import { fault } from '../diagnostics.ts';
import { otlpFailure } from '../otlp-failures.ts';
import { Receiver } from '../receiver.ts';
import { sendNow } from './courier.ts';
import type { FinalRequest } from './final-request.ts';
import { errorOf } from './outcome-error.ts';

/** What there is to deliver when the process ends at once. */
export interface LastDelivery {
  /** Milliseconds for which the end may be held up; 0 when not at all. */
  remaining(): number;
  /** What is not delivered yet. */
  requests(): FinalRequest[];
}

/**
 * Delivers in the event `exit`, which comes after `process.exit()`, an uncaught exception and an unhandled rejection too,
 * but leaves no time for anything asynchronous. How the process, or the worker thread, ends is not changed. What listeners
 * of `exit` record that were added later is not delivered. Returns the function that stops listening.
 */
export function deliverAtExit(delivery: LastDelivery): () => void {
  const listener = (): void => {
    try {
      deliver(delivery);
    } catch (error) {
      quietly(error);
    }
  };
  process.on('exit', listener);
  return () => process.removeListener('exit', listener);
}

function deliver({ remaining, requests: collect }: LastDelivery): void {
  const timeoutMillis = remaining();
  if (timeoutMillis <= 0) return;
  const requests = collect();
  if (requests.length === 0) return;
  for (const [i, outcome] of sendNow(requests, timeoutMillis).entries()) {
    const { target, url } = requests[i] as FinalRequest;
    const error = errorOf(outcome, target, url);
    if (error !== undefined) fault('exit', new Receiver(otlpFailure(target)).refused(error));
  }
}

/** Says what went wrong; even a logger of the application that throws does not change how it ends. */
function quietly(error: unknown): void {
  try {
    fault('exit', error);
  } catch {
    // Nowhere left to say it.
  }
}
