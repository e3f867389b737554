import type { CheckKind } from '../check.ts';
import type { Component } from '../run/component.ts';
import { type Status, worst } from '../status.ts';
import type { Verdict } from './evaluate.ts';

/** The status of several components together. */
export interface Aggregate {
  readonly status: Status;
  readonly kinds: Readonly<Partial<Record<CheckKind, Status>>>;
  readonly rootCauses: readonly string[];
}

/**
 * Worst first over the critical ones. What is not critical makes the whole `degraded` at worst, and nothing while it is
 * unknown.
 */
export function aggregate(selected: readonly Component[], verdicts: ReadonlyMap<string, Verdict>): Aggregate {
  let status: Status = 'healthy';
  const kinds: Partial<Record<CheckKind, Status>> = {};
  const rootCauses = new Set<string>();
  for (const { definition } of selected) {
    const verdict = verdicts.get(definition.name);
    if (verdict === undefined) continue;
    status = worst(status, weightOf(verdict.status, definition.critical));
    kinds[definition.kind] = worst(kinds[definition.kind] ?? 'healthy', verdict.status);
    for (const cause of verdict.rootCauses) rootCauses.add(cause);
  }
  return { status, kinds, rootCauses: [...rootCauses] };
}

function weightOf(status: Status, critical: boolean): Status {
  if (critical || status === 'healthy') return status;
  return status === 'unknown' ? 'healthy' : 'degraded';
}
