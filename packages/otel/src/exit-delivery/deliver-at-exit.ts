import { fault } from '../diagnostics.ts';
import { otlpFailure } from '../otlp-failures.ts';
import { GrpcStatusError } from '../otlp-grpc/status.ts';
import { Receiver } from '../receiver.ts';
import { type Outcome, sendNow } from './courier.ts';
import type { FinalRequest } from './final-request.ts';

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
    if (outcome.reason === undefined) continue;
    const receiver = new Receiver(otlpFailure((requests[i] as FinalRequest).target));
    fault('exit', receiver.refused(errorOf(outcome)));
  }
}

/** As the exporters have it while the process runs. */
function errorOf({ reason = '', code, grpcStatus }: Outcome): Error {
  if (grpcStatus === undefined) return Object.assign(new Error(reason), { code });
  return new GrpcStatusError({ code: grpcStatus, details: reason });
}

/** Says what went wrong; even a logger of the application that throws does not change how it ends. */
function quietly(error: unknown): void {
  try {
    fault('exit', error);
  } catch {
    // Nowhere left to say it.
  }
}
