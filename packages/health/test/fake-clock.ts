import { afterEach, beforeEach, vi } from 'vitest';

/** A clock that stands still until it is told to go on, for each test of the file. */
export function useFakeClock(): void {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

/** Lets time go by, and all that happens in it. */
export async function pass(millis: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(millis);
}
