import type { Verdict } from './graph/evaluate.ts';
import type { ComponentHealth } from './report.ts';
import type { Component } from './run/component.ts';

/** What is said of one component. `now` is monotonic. */
export function reportComponent(component: Component, verdict: Verdict, now: number): ComponentHealth {
  const { name, kind, critical, probes, dependsOn } = component.definition;
  const { latest, checkedAtMillis } = component;
  const { status, affectedBy, rootCauses } = verdict;
  return {
    name,
    kind,
    critical,
    probes,
    dependsOn,
    status,
    lastResult: latest?.status ?? 'unknown',
    reason: status === 'healthy' ? undefined : reasonOf(component, verdict),
    details: latest?.details,
    affectedBy,
    rootCauses,
    flapping: component.isFlapping,
    checkedAtMillis,
    ageMillis: checkedAtMillis === undefined ? undefined : component.ageMillis(now),
    durationMillis: component.durationMillis,
    lastSuccessMillis: component.lastSuccessMillis,
    consecutiveFailures: component.consecutiveFailures,
    abandonedRuns: component.abandonedRuns,
    history: component.history,
    recovery: component.recovery,
  };
}

/** Why a component is not healthy: its own trouble first, then that of others, then what hides behind a good result. */
export function reasonOf(component: Component, { affectedBy, rootCauses, missing }: Verdict): string {
  const { latest, history } = component;
  const parts: string[] = [];
  if (latest === undefined) parts.push('not checked yet');
  else if (latest.reason !== undefined) parts.push(latest.reason);
  else if (latest.status !== 'healthy') parts.push(`the check says ${latest.status}`);
  if (affectedBy.length > 0) parts.push(describeEffect(affectedBy, rootCauses));
  if (missing.length > 0) parts.push(`depends on ${missing.join(', ')}, which is not registered`);
  if (component.isFlapping) parts.push('its results go back and forth');
  if (parts.length > 0) return parts.join('; ');
  const earlier = history.findLast(({ status }) => status !== 'healthy');
  return `healthy again, not yet often enough to count${earlier?.reason === undefined ? '' : `; before: ${earlier.reason}`}`;
}

function describeEffect(affectedBy: readonly string[], rootCauses: readonly string[]): string {
  const causes = rootCauses.filter((cause) => !affectedBy.includes(cause));
  const roots = causes.length === 0 ? '' : `, because of ${causes.join(', ')}`;
  return `affected by ${affectedBy.join(', ')}${roots}`;
}
