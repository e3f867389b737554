import type { ComponentHealth, SystemHealth } from '../report.ts';
import type { Status } from '../status.ts';

/** Statuses of `application/health+json` (draft-inadarei-api-health-check-06, 3.1). */
type DraftStatus = 'pass' | 'warn' | 'fail';

const DRAFT_STATUSES: Readonly<Record<Status, DraftStatus>> = {
  healthy: 'pass',
  degraded: 'warn',
  unhealthy: 'fail',
  unknown: 'fail',
};

/**
 * Health as `application/health+json`. Whoever is not authorised gets the status alone. `checks` has one object for
 * each check, with members beside those of the draft: `affectedBy`, `rootCauses`, `consecutiveFailures`, `lastSuccess`,
 * `critical`, `flapping`, `details`.
 */
export function healthJson(
  system: SystemHealth,
  authorised: boolean,
  identity: Readonly<Record<string, string>>,
): string {
  const status = statusOf(system);
  if (!authorised) return JSON.stringify({ status });
  const body = (details: (component: ComponentHealth) => unknown): string =>
    JSON.stringify(
      {
        status,
        ...identity,
        output: system.reason,
        rootCauses: system.rootCauses,
        checks: Object.fromEntries(
          system.components.map((component) => [component.name, [checkOf(component, details(component))]]),
        ),
      },
      withoutBigInts,
    );
  try {
    return body(({ details }) => details);
  } catch {
    // Details are the user's: one with a cycle or a getter that throws must not hide what all the others say.
    return body(({ details }) => (isSerializable(details) ? details : 'cannot be written as JSON'));
  }
}

/** What fails must not say `pass` or `warn`, nor the other way round: the draft ties them to the status code (3.1). */
function statusOf({ status, passes }: SystemHealth): DraftStatus {
  if (!passes) return 'fail';
  return status === 'healthy' ? 'pass' : 'warn';
}

function checkOf(component: ComponentHealth, details: unknown): Record<string, unknown> {
  return {
    componentType: component.kind,
    status: DRAFT_STATUSES[component.status],
    time: timeOf(component.checkedAtMillis),
    observedValue: component.durationMillis,
    observedUnit: component.durationMillis === undefined ? undefined : 'ms',
    output: component.status === 'unknown' ? (component.reason ?? 'not checked yet') : component.reason,
    affectedBy: component.affectedBy,
    rootCauses: component.rootCauses,
    consecutiveFailures: component.consecutiveFailures,
    lastSuccess: timeOf(component.lastSuccessMillis),
    critical: component.critical,
    flapping: component.flapping,
    details,
  };
}

/** As RFC 3339 has it. */
function timeOf(unixMillis: number | undefined): string | undefined {
  return unixMillis === undefined ? undefined : new Date(unixMillis).toISOString();
}

function withoutBigInts(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

function isSerializable(details: unknown): boolean {
  try {
    JSON.stringify(details, withoutBigInts);
    return true;
  } catch {
    return false;
  }
}
