import type { CheckResult } from '../../check.ts';
import type { ResultStatus } from '../../status.ts';

/** What to say of a metric that is not there. */
export interface MissingOptions {
  /** Status while nobody has recorded the metric. Default `degraded`: no data is no proof of anything. */
  readonly whenMissing?: ResultStatus | undefined;
}

/** The result while a metric is not there. */
export function missingResult(name: string, status: ResultStatus): CheckResult {
  return { status, reason: `No data: ${name} has not been recorded`, details: { missing: name } };
}
