import type { AuditOperation } from '../operation/operation.ts';

/**
 * When the span of an operation begins, Unix time in milliseconds: as it says itself, else `startedAt`, else as long before now as
 * it took. What is wrong with its own times is told by the encoder.
 */
export function startOf(
  { durationMillis, startTime }: AuditOperation,
  startedAt: number | undefined,
): number {
  const given = startTime instanceof Date ? startTime.getTime() : startTime;
  if (typeof given === 'number' && given >= 0) return given;
  const before = typeof durationMillis === 'number' && durationMillis > 0 ? durationMillis : 0;
  return startedAt ?? Date.now() - before;
}
