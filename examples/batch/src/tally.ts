import type { Outcome } from './worker/task.ts';

/** What a run has counted by itself, without any telemetry: plain numbers that the metrics are held against. */
export interface Tally {
  processed: number;
  failed: number;
  bytes: number;
  compressedBytes: number;
  /** Failures by class. */
  readonly errors: Map<string, number>;
  /** What the first failure of each class said. */
  readonly firstErrors: Map<string, string>;
}

export function createTally(): Tally {
  return { processed: 0, failed: 0, bytes: 0, compressedBytes: 0, errors: new Map(), firstErrors: new Map() };
}

export function tallyOutcome(tally: Tally, { bytes, compressedBytes }: Outcome): void {
  tally.processed++;
  tally.bytes += bytes;
  tally.compressedBytes += compressedBytes;
}

export function tallyFailure(tally: Tally, error: unknown): void {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  tally.processed++;
  tally.failed++;
  tally.errors.set(name, (tally.errors.get(name) ?? 0) + 1);
  if (!tally.firstErrors.has(name)) tally.firstErrors.set(name, message);
}
