import { monotonicMillis } from '@org/instrument-core';
import { isBusy } from './driver.ts';

/** Longest wait between two tries. */
const MAX_WAIT_MILLIS = 20;

/**
 * Tries again while the database is in use by another process, and lets the event loop run meanwhile: SQLite's own busy
 * timeout would block it.
 */
export async function whileBusy<T>(timeoutMillis: number, attempt: () => T): Promise<T> {
  const deadline = monotonicMillis() + timeoutMillis;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || monotonicMillis() >= deadline) throw error;
    }
    // At random, so that those who wait do not all come back at once.
    await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * MAX_WAIT_MILLIS));
  }
}
