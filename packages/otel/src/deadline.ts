// Not the global one, which a test of the application may have replaced by a clock that stands still.
import { performance } from 'node:perf_hooks';
import { startTimeout } from '@org/instrument-core';

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
    async wait(work, onError) {
      let stop = (): void => {};
      const late = new Promise<false>((resolve) => {
        // Kept alive: while a process exits, this timer is what bounds the wait.
        stop = startTimeout(remaining(), () => resolve(false), { ref: true });
      });
      const done = work.then(
        () => true as const,
        (error: unknown) => {
          onError(error);
          return true as const;
        },
      );
      try {
        return await Promise.race([done, late]);
      } finally {
        stop();
      }
    },
  };
}
