import type { Deadline } from '../deadline.ts';

/** How long the end of the process may still be held up: one deadline for everything that is tried at the end. */
export interface Patience {
  /** A delivery has begun. */
  begin(deadline: Deadline): void;
  /** A delivery has ended, in time or given up. */
  end(inTime: boolean): void;
  /**
   * Milliseconds for a last delivery: the whole deadline, what is left of it while a delivery is under way, and nothing
   * for as long again after one was given up.
   */
  remaining(): number;
}

export function createPatience(timeoutMillis: number): Patience {
  let current: Deadline | undefined;
  let givenUpAt = Number.NEGATIVE_INFINITY;
  return {
    begin(deadline) {
      current = deadline;
    },
    end(inTime) {
      current = undefined;
      givenUpAt = inTime ? Number.NEGATIVE_INFINITY : performance.now();
    },
    remaining() {
      if (performance.now() - givenUpAt < timeoutMillis) return 0;
      return current?.remaining() ?? timeoutMillis;
    },
  };
}
