/**
 * How well something is. `unknown`: never checked yet, or a check that cannot be run. `degraded`: still serving, and
 * somebody should look.
 */
export type Status = 'healthy' | 'degraded' | 'unhealthy' | 'unknown';

/** What a result can be: only what was never checked is unknown. */
export type ResultStatus = Exclude<Status, 'unknown'>;

/** From best to worst: an unhealthy component is known to be broken, an unknown one may be. */
const RANK: Readonly<Record<Status, number>> = { healthy: 0, degraded: 1, unknown: 2, unhealthy: 3 };

/** Whether `a` is worse than `b`. */
export function isWorse(a: Status, b: Status): boolean {
  return RANK[a] > RANK[b];
}

/** The worse of two. */
export function worst(a: Status, b: Status): Status {
  return RANK[a] >= RANK[b] ? a : b;
}

/** The better of two. */
export function best(a: Status, b: Status): Status {
  return RANK[a] <= RANK[b] ? a : b;
}
