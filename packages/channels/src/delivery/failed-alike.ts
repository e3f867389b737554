import type { Entry } from '../outbox/entry.ts';
import { backOffMillis } from './back-off.ts';
import type { Failure } from './failure.ts';
import type { Policy } from './policy.ts';

/** Entries that failed in one way, tried as often: what is said of them, and done, is the same. */
export interface FailedAlike {
  readonly failure: Failure;
  readonly entries: readonly Entry[];
}

/** What a channel has not taken of a batch: a receiver that is overloaded says the same of hundreds. */
export function failedAlike(
  batch: readonly Entry[],
  rejections: ReadonlyMap<string, Failure>,
): readonly FailedAlike[] {
  const groups = new Map<string, { readonly failure: Failure; readonly entries: Entry[] }>();
  for (const entry of batch) {
    const failure = rejections.get(entry.id);
    if (failure === undefined) continue;
    const { message, isPermanent, status, retryAfterMillis } = failure;
    const likeness = [entry.attempts, isPermanent, status, retryAfterMillis, message].join(' ');
    const known = groups.get(likeness);
    if (known === undefined) groups.set(likeness, { failure, entries: [entry] });
    else known.entries.push(entry);
  }
  return [...groups.values()];
}

/** How long it is until these are tried again: what the receiver asked for, or what follows from how often they were tried. */
export function pauseMillisOf(
  { failure, entries }: FailedAlike,
  { deadlineMillis, initialDelayMillis, maxDelayMillis }: Policy,
  random: () => number,
): number {
  // Longer than anything may wait would be for ever, for a receiver that says so once by mistake.
  if (failure.retryAfterMillis !== undefined) return Math.min(failure.retryAfterMillis, deadlineMillis);
  const attempts = entries.reduce((most, entry) => Math.max(most, entry.attempts), 0);
  return backOffMillis(attempts, initialDelayMillis, maxDelayMillis, random);
}
