import { type Status, worst } from '../status.ts';
import type { Graph } from './graph.ts';

/** What follows for one component from its own status and from what it depends on. */
export interface Verdict {
  readonly status: Status;
  /** Direct dependencies that are unhealthy, or affected themselves. */
  readonly affectedBy: readonly string[];
  /** Unhealthy components with nothing broken below them: where to look. */
  readonly rootCauses: readonly string[];
  /** Dependencies that are not registered. */
  readonly missing: readonly string[];
}

const NONE: readonly string[] = [];
const UNTOUCHED: Readonly<Record<Status, Verdict>> = {
  healthy: verdictOf('healthy'),
  degraded: verdictOf('degraded'),
  unhealthy: verdictOf('unhealthy'),
  unknown: verdictOf('unknown'),
};

/**
 * Verdicts on all components of a graph: one visit of each component, and of each dependency once something is broken.
 * What depends on something broken is `degraded` at least, and names the root of it.
 */
export function evaluate({ order, missing: allMissing }: Graph): Map<string, Verdict> {
  const verdicts = new Map<string, Verdict>();
  /** Unhealthy or affected components, and their roots. */
  const broken = new Map<string, readonly string[]>();
  for (const component of order) {
    const { name, dependsOn } = component.definition;
    const own = component.ownStatus;
    const affectedBy = broken.size === 0 ? NONE : dependsOn.filter((dependency) => broken.has(dependency));
    const missing = allMissing.get(name) ?? NONE;
    if (affectedBy.length === 0 && missing.length === 0 && own !== 'unhealthy') {
      verdicts.set(name, UNTOUCHED[own]);
      continue;
    }
    const rootCauses = rootsOf(name, own, affectedBy, broken);
    if (rootCauses.length > 0) broken.set(name, rootCauses);
    const status = affectedBy.length > 0 || missing.length > 0 ? worst(own, 'degraded') : own;
    verdicts.set(name, { status, affectedBy, rootCauses, missing });
  }
  return verdicts;
}

function rootsOf(
  name: string,
  own: Status,
  affectedBy: readonly string[],
  broken: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  if (affectedBy.length === 0) return own === 'unhealthy' ? [name] : NONE;
  const [first = NONE] = affectedBy.map((dependency) => broken.get(dependency) ?? NONE);
  if (affectedBy.length === 1) return first;
  return [...new Set(affectedBy.flatMap((dependency) => broken.get(dependency) ?? NONE))];
}

function verdictOf(status: Status): Verdict {
  return { status, affectedBy: NONE, rootCauses: NONE, missing: NONE };
}
