import { describeValue, isError, reasonOf } from '@org/instrument-core';
import type { FailureReason } from '../report.ts';
import type { ResultStatus } from '../status.ts';
import { keptDetails, keptReason } from './kept-text.ts';

/** What came of one run, whatever the check returned or threw. */
export interface RunResult {
  readonly status: ResultStatus;
  readonly failure: FailureReason | undefined;
  readonly reason: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;
}

/** A result without anything to say. */
export const HEALTHY: RunResult = {
  status: 'healthy',
  failure: undefined,
  reason: undefined,
  details: undefined,
};

const RESULT_STATUSES: ReadonlySet<unknown> = new Set(['healthy', 'degraded', 'unhealthy']);
const EXPECTED = "nothing, true, false, 'healthy', 'degraded', 'unhealthy' or { status, reason?, details? }";

/** A failed run. */
export function failed(failure: FailureReason, reason: string): RunResult {
  return { status: 'unhealthy', failure, reason: keptReason(reason), details: undefined };
}

/** What a returned value means; what means nothing is a failure that says so. Never throws. */
export function resultOf(value: unknown): RunResult {
  try {
    if (value === undefined || value === true) return HEALTHY;
    if (value === false) return failed('unhealthy', 'the check returned false');
    if (isResultStatus(value)) return withStatus(value, undefined, undefined);
    if (typeof value === 'object' && value !== null) {
      const { status, reason, details } = value as Record<string, unknown>;
      if (isResultStatus(status)) return withStatus(status, reason, details);
    }
    return failed('invalid', `the check returned ${describeValue(value)}, expected ${EXPECTED}`);
  } catch (error) {
    return failed('invalid', `the check returned an object that cannot be read: ${reasonOf(error)}`);
  }
}

/** What a thrown value says. Never throws. */
export function resultOfThrown(thrown: unknown): RunResult {
  return failed('error', isError(thrown) ? reasonOf(thrown) : `the check threw ${describeValue(thrown)}`);
}

function withStatus(status: ResultStatus, reason: unknown, details: unknown): RunResult {
  return {
    status,
    failure: status === 'unhealthy' ? 'unhealthy' : undefined,
    reason:
      reason === undefined
        ? undefined
        : keptReason(typeof reason === 'string' ? reason : describeValue(reason)),
    details: typeof details === 'object' && details !== null ? keptDetails(details) : undefined,
  };
}

function isResultStatus(value: unknown): value is ResultStatus {
  return RESULT_STATUSES.has(value);
}
