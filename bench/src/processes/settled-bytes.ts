import { setImmediate as nextTurn } from 'node:timers/promises';

/** Bytes in use after all garbage is gone: those of the heap, and those outside of it, typed arrays among them. */
export async function settledBytes(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    global.gc?.();
    await nextTurn();
  }
  // `arrayBuffers` is part of `external`.
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
