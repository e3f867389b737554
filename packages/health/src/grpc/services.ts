import type { ServingStatus } from 'grpc-health-check';
import type { Health, HealthQuery } from '../health.ts';
import type { Status } from '../status.ts';

/** Name of the service that stands for the server as a whole (grpc/doc/health-checking.md). */
const OVERALL = '';

const SERVING: Readonly<Record<Status, ServingStatus>> = {
  healthy: 'SERVING',
  degraded: 'SERVING',
  unhealthy: 'NOT_SERVING',
  unknown: 'UNKNOWN',
};

/** Which names are services. */
export interface ServiceNames {
  /** Names of the user's, and what they stand for. */
  readonly services: Readonly<Record<string, HealthQuery>>;
  /** Whether each check is a service. */
  readonly checks: boolean;
}

/** The services there are now, and how each stands. Where names meet, those of the user go first, then probes. */
export function servingStatuses(health: Health, names: ServiceNames): Map<string, ServingStatus> {
  const statuses = new Map<string, ServingStatus>();
  if (names.checks) {
    for (const { name, status } of health.report().components) statuses.set(name, SERVING[status]);
  }
  for (const probe of health.probes()) statuses.set(probe, verdictOf(health, { probe }));
  statuses.set(OVERALL, verdictOf(health, { probe: 'readiness' }));
  for (const [service, query] of Object.entries(names.services)) {
    if (isKnown(health, query)) statuses.set(service, verdictOf(health, query));
  }
  return statuses;
}

/** As the probe says it: not serving while what decides is unknown. */
function verdictOf(health: Health, query: HealthQuery): ServingStatus {
  return health.report(query).passes ? 'SERVING' : 'NOT_SERVING';
}

/** Whether all that a query names is registered; it may be later. */
function isKnown(health: Health, { probe, check, exclude = [] }: HealthQuery): boolean {
  if (probe !== undefined && !health.probes().includes(probe)) return false;
  const names = health.names();
  if (!exclude.every((name) => names.includes(name))) return false;
  if (check === undefined) return true;
  return health.report(probe === undefined ? {} : { probe }).components.some(({ name }) => name === check);
}
