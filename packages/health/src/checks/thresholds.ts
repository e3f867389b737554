import type { ResultStatus } from '../status.ts';

/** What a result can be, from best to worst. */
export const RESULT_STATUSES: readonly ResultStatus[] = ['healthy', 'degraded', 'unhealthy'];

/** Status of a figure that is bad when it is high; a limit left out is never passed. */
export function statusAbove(
  value: number,
  degradedAbove: number | undefined,
  unhealthyAbove: number | undefined,
): ResultStatus {
  if (unhealthyAbove !== undefined && value > unhealthyAbove) return 'unhealthy';
  return degradedAbove !== undefined && value > degradedAbove ? 'degraded' : 'healthy';
}

/** Status of a figure that is bad when it is low; a limit left out is never passed. */
export function statusBelow(
  value: number,
  degradedBelow: number | undefined,
  unhealthyBelow: number | undefined,
): ResultStatus {
  if (unhealthyBelow !== undefined && value < unhealthyBelow) return 'unhealthy';
  return degradedBelow !== undefined && value < degradedBelow ? 'degraded' : 'healthy';
}

/**
 * A limit that is a share of a total when it is below 1, and an amount from 1 on: 0.1 is a tenth, 1_000_000 a million.
 * Returns the amount.
 */
export function amountOf(limit: number, total: number): number {
  return limit < 1 ? limit * total : limit;
}

/** The worse of two results. */
export function worstOf(a: ResultStatus, b: ResultStatus): ResultStatus {
  return RESULT_STATUSES.indexOf(a) >= RESULT_STATUSES.indexOf(b) ? a : b;
}
