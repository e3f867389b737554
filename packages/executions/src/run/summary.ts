import { reasonOf } from '@org/instrument-core';
import type { ExecutionEndedEvent, ExecutionEvent, ExecutionOutcome } from '../events.ts';
import type { Progress } from '../progress.ts';

/** What is told of an execution that has ended. */
export function summaryOf(
  outcome: ExecutionOutcome,
  { processed, failed, total, chunks, elapsedMillis }: Progress,
  workers: number,
  errorType: string,
  error: unknown,
): Omit<ExecutionEndedEvent, keyof ExecutionEvent> {
  return {
    outcome,
    processed,
    failed,
    total,
    chunks,
    workers,
    durationMillis: elapsedMillis,
    ratePerSecond: elapsedMillis > 0 ? (processed / elapsedMillis) * 1_000 : 0,
    errorType,
    reason: outcome === 'completed' || error === undefined ? undefined : reasonOf(error),
  };
}
