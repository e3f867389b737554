// Not the global one, which a test of the application may have replaced by a clock that stands still.
import { performance } from 'node:perf_hooks';
import { within } from '@org/instrument-core';

/** Default of `shutdownTimeout`. */
export const DEFAULT_SHUTDOWN_TIMEOUT_MILLIS: number = 5_000;

/** What is left of one deadline that several steps share. */
export interface Deadline {
  /** Milliseconds left, never below zero. */
  remaining(): number;
  /** Waits for `work`, but no longer than the deadline. Resolves to whether it ended in time; never rejects. */
  wait(work: Promise<unknown>, onError: (error: unknown) => void): Promise<boolean>;
}

/** Starts a deadline that ends `millis` from now. Its timers do not keep the process alive longer than that. */
export function startDeadline(millis: number): Deadline {
  const endsAt = performance.now() + millis;
  const remaining = (): number => Math.max(0, endsAt - performance.now());
  return {
    remaining,
    wait(work, onError) {
      const done = work.then(
        () => true,
        (error: unknown) => {
          onError(error);
          return true;
        },
      );
      // Kept alive: while a process exits, this timer is what bounds the wait.
      return within(done, remaining(), () => false, { ref: true });
    },
  };
}
