import { reasonOf } from '@org/instrument-core';
import type { ErrorSummary, ExecutionEndedEvent, ExecutionEvent, ExecutionOutcome } from '../events.ts';
import type { Progress } from '../progress.ts';

/** What is known of the errors of an execution that has ended. */
export interface EndErrors {
  readonly errorType: string;
  /** What it failed with, or was cancelled with. */
  readonly error: unknown;
  readonly firstError: ErrorSummary | undefined;
}

/** What is told of an execution that has ended. */
export function summaryOf(
  outcome: ExecutionOutcome,
  { processed, failed, total, chunks, elapsedMillis }: Progress,
  workers: number,
  { errorType, error, firstError }: EndErrors,
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
    error: firstError,
  };
}
