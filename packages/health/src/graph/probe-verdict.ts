import { reportFault } from '@org/instrument-core';
import type { ReadinessGuard } from '../health.ts';
import type { Component } from '../run/component.ts';
import type { Status } from '../status.ts';
import type { Verdict } from './evaluate.ts';

/** What decides about a probe. */
export interface ProbeQuestion {
  readonly probe: string | undefined;
  readonly status: Status;
  readonly selected: readonly Component[];
  readonly components: ReadonlyMap<string, Component>;
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /** Why the instance is being drained; `undefined` while it is not. */
  readonly draining: string | undefined;
  readonly guard: ReadinessGuard | undefined;
}

/** Whether a probe passes, and why when that is not plain from the status. */
export interface ProbeVerdict {
  readonly passes: boolean;
  readonly reason: string | undefined;
}

const PASSES: ProbeVerdict = { passes: true, reason: undefined };
const FAILS: ProbeVerdict = { passes: false, reason: undefined };

/**
 * Liveness fails when something critical is unhealthy: what is unknown is no reason for a restart. Startup fails until
 * each critical check has had a result that is not unhealthy, and passes from then on. Readiness, groups and the whole
 * pass while healthy or degraded; readiness fails while draining, and the guard may keep it up.
 */
export function judgeProbe(question: ProbeQuestion): ProbeVerdict {
  const { probe, status, selected, draining } = question;
  if (probe === 'liveness') return status === 'unhealthy' ? FAILS : PASSES;
  if (probe === 'startup') {
    const waiting = selected.filter(({ definition, hasStarted }) => definition.critical && !hasStarted);
    if (waiting.length === 0) return PASSES;
    return {
      passes: false,
      reason: `waiting for ${waiting.map(({ definition }) => definition.name).join(', ')}`,
    };
  }
  if (draining !== undefined && (probe === 'readiness' || probe === undefined)) {
    return { passes: false, reason: draining };
  }
  if (status === 'healthy' || status === 'degraded') return PASSES;
  return probe === 'readiness' ? heldByGuard(question) : FAILS;
}

/** Whether nothing but shared checks keeps the instance from being ready, and the guard keeps it up. */
function heldByGuard({ selected, components, verdicts, guard }: ProbeQuestion): ProbeVerdict {
  const failing = new Set<string>();
  for (const { definition } of selected) {
    const verdict = verdicts.get(definition.name);
    if (!definition.critical || verdict === undefined) continue;
    if (verdict.status === 'unknown') return FAILS;
    if (verdict.status === 'unhealthy') for (const cause of verdict.rootCauses) failing.add(cause);
  }
  const names = [...failing];
  if (names.length === 0 || !names.every((name) => components.get(name)?.definition.shared === true))
    return FAILS;
  return mayStay(guard, names)
    ? { passes: true, reason: `held ready by the guard: all instances share ${names.join(', ')}` }
    : FAILS;
}

function mayStay(guard: ReadinessGuard | undefined, failing: readonly string[]): boolean {
  if (guard === undefined) return true;
  try {
    return guard(failing) === true;
  } catch (error) {
    reportFault('health', 'the readiness guard, so that the instance stays ready,', error);
    return true;
  }
}
