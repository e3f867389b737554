import { isAbort } from '@org/instrument-core';
import type { ExecutionRun } from '../execution.ts';

/** Whether an item ended with this because its execution did: it was neither processed, nor did it fail. */
export function isCancelled({ signal }: ExecutionRun, error: unknown): boolean {
  return signal.aborted && (isAbort(error) || error === signal.reason);
}
