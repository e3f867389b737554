import { counted } from '@org/instrument-core';
import { type EntryRange, joinRanges } from '../journal/entry-ranges.ts';
import { isVouchedFor } from './check-signed.ts';
import type { Walk } from './walk.ts';

/** Ranges that are named one by one: a journal whose process is always killed has one for each time. */
const MAX_NAMED = 10;

const WITHOUT_CHECKPOINTS =
  'There are no checkpoints, so that nothing tells whether all entries are there, and as they were recorded.';

/**
 * Says for which entries nobody vouches: anybody may have written them who may write to the journal. That is no fault, since a
 * crash leaves the same.
 */
export function noteUnvouched(walk: Walk, hasCheckpoints: boolean): void {
  const { findings, removals, stand, states } = walk;
  const takenOver = joinRanges(removals.takenOver(states.covered));
  if (takenOver.length > 0) findings.notice(describeTakenOver(takenOver));
  if (findings.failures.length > 0) return;
  const uncovered = stand.size - states.covered;
  // New, or emptied.
  const isBare = stand.size === 0 && !isVouchedFor(walk);
  if (isBare || (uncovered > 0 && !hasCheckpoints)) findings.notice(WITHOUT_CHECKPOINTS);
  else if (uncovered > 0) findings.notice(describeUncovered(uncovered));
}

function describeTakenOver(ranges: readonly EntryRange[]): string {
  const count = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const named = ranges
    .slice(0, MAX_NAMED)
    .map(({ first, last }) => (first === last ? String(first) : `${first}–${last}`));
  const more = ranges.length - named.length;
  const which = [...named, ...(more === 0 ? [] : [`and ${counted(more, 'more range')}`])].join(', ');
  const [were, they] = count === 1 ? ['was', 'it was'] : ['were', 'they were'];
  return (
    `${counted(count, 'entry', 'entries')} (${which}) ${were} taken over unsigned: nobody vouches that ${they} not ` +
    'changed or added before.'
  );
}

function describeUncovered(count: number): string {
  const [which, were, them] =
    count === 1 ? ['the last entry', 'it was', 'it'] : [`the last ${count} entries`, 'they were', 'them'];
  return (
    `No checkpoint covers ${which}: whether ${were} rewritten, or added by somebody else, or others after ${them} cut off, ` +
    'cannot be seen.'
  );
}
