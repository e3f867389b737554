import { setTimeout as delay } from 'node:timers/promises';
import { backOff } from '../back-off.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';

/** Options of {@link persist}. */
export interface PersistOptions {
  readonly breaker: CircuitBreaker;
  /** Ends the attempts. */
  readonly signal: AbortSignal;
  readonly onFailure: (error: unknown) => void;
  /** Told before the wait for another attempt. */
  readonly onRetry: (retry: { attempt: number; delayMillis: number; error: unknown }) => void;
}

const FIRST_DELAY_MILLIS = 20;
const MAX_DELAY_MILLIS = 500;

/**
 * Does something until it goes well, through the breaker, waiting longer each time: what has been taken in must not be lost,
 * so there is no last attempt.
 *
 * @throws the last error when `signal` ends it.
 */
export async function persist(work: () => Promise<void>, options: PersistOptions): Promise<void> {
  const { breaker, signal, onFailure, onRetry } = options;
  for (let attempt = 1; ; attempt++) {
    breaker.attempt();
    try {
      await work();
      breaker.succeeded();
      return;
    } catch (error) {
      breaker.failed();
      onFailure(error);
      if (signal.aborted) throw error;
      const waitMillis = backOff(attempt, FIRST_DELAY_MILLIS, MAX_DELAY_MILLIS);
      const delayMillis = Math.max(waitMillis, breaker.waitMillis);
      onRetry({ attempt, delayMillis, error });
      await delay(delayMillis, undefined, { signal }).catch(() => {});
    }
  }
}
