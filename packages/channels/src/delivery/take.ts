import type { Entry } from '../outbox/entry.ts';
import type { Taken } from './attempt.ts';
import type { Backlog } from './backlog.ts';
import { type FailedAlike, failedAlike } from './failed-alike.ts';
import type { Milestones } from './milestones.ts';

/** Where what was delivered waited. */
interface Waited {
  readonly backlog: Backlog;
  readonly milestones: Milestones;
}

/**
 * Settles what was taken of a batch; for each recipient that lacks what others have, a notification of its own waits from then on.
 * Returns what failed: those that were rejected, and those of recipients that were tried.
 */
export function take(
  open: readonly Entry[],
  { rejections, lacks }: Taken,
  { backlog, milestones }: Waited,
): readonly FailedAlike[] {
  const failures = new Map(rejections);
  const ones: Entry[] = [];
  const taken = open.filter(({ id }) => !rejections.has(id));
  for (const entry of taken) {
    for (const [recipient, failure] of lacks.get(entry.id) ?? []) {
      const one = backlog.putForOne(entry, recipient, failure === undefined ? 0 : entry.attempts);
      milestones.move(entry.order, one.order);
      ones.push(one);
      if (failure !== undefined) failures.set(one.id, failure);
    }
  }
  // After those are put: what is written in one go is on disk together, and a flush waits for them too.
  backlog.settle(taken);
  if (ones.length > 0) backlog.shed();
  const left = [...open, ...ones].filter(({ isSettled }) => !isSettled);
  return failedAlike(left, failures);
}
