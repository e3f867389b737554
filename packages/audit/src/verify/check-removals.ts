import { type EntryRange, firstOutside } from '../journal/entry-ranges.ts';
import { SEGMENTS } from '../journal/format.ts';
import { fileOf } from './findings.ts';
import type { Part } from './layout.ts';
import type { Walk } from './walk.ts';

/** What else happened to the journal while it was read. */
export interface Meanwhile {
  /** Whether it was signed, or lost a segment: then what says that retention removed a segment may not have been seen. */
  readonly isMoving: boolean;
  /** What was gone when the journal was read the time before. */
  readonly gone: readonly EntryRange[];
}

/**
 * Compares what was removed with what the journal has put on record of that, and signed: whoever has no key can write such
 * an entry as well. Retention signs before it removes, and says each time all that is gone. So what was gone before this
 * reading began is told by what was signed then, unless that was removed in its turn before it was read.
 */
export function checkRemovals(walk: Walk, { gone, isMoving }: Meanwhile): void {
  const { findings, isOvertaken, parts, removals, removed, states } = walk;
  // Where something was changed, no state after it could be compared, and that was said.
  const signed = findings.failures.length > 0 ? removals.said : removals.signed(states.covered);
  const onRecord = signed.flatMap(({ ranges }) => ranges);
  const missing = firstOutside(isMoving ? settled(removed, isOvertaken ? [] : gone) : removed, onRecord);
  const undecided = missing === undefined && isMoving ? firstOutside(removed, onRecord) : undefined;
  if (missing !== undefined) {
    const said = removals.said.flatMap(({ ranges }) => ranges);
    const { entries, them } = inWords(missing);
    const why =
      firstOutside([missing], said) === undefined
        ? `the entry that says that retention removed ${them} was not signed before`
        : `the journal does not say that retention removed ${them}`;
    const message = `${entries} missing, and ${why}.`;
    findings.fail('removed', missing.first, fileOf(fileAt(parts, missing.first)), message);
  }
  if (undecided !== undefined) {
    const { entries, them } = inWords(undecided);
    const message =
      `${entries} gone, and whether retention removed ${them} could not be told: the journal changed while it was ` +
      'verified.';
    findings.fail('undecided', undecided.first, fileOf(fileAt(parts, undecided.first)), message);
  }
  for (const { first, hash, place } of walk.believed) {
    const isRecorded = signed.every(({ last, next }) => {
      return last !== first - 1 || next === undefined || next === hash;
    });
    if (isRecorded) continue;
    const message =
      'The header of the segment is not the one that was put on record when those before were removed.';
    findings.fail('changed', undefined, place, message);
  }
}

/** What is gone and was gone before. */
function settled(removed: readonly EntryRange[], gone: readonly EntryRange[]): EntryRange[] {
  const before = new Set(gone.map(({ first }) => first));
  return removed.filter(({ first }) => before.has(first));
}

function inWords({ first, last }: EntryRange): { entries: string; them: string } {
  return first === last
    ? { entries: `Entry ${first} is`, them: 'it' }
    : { entries: `Entries ${first} to ${last} are`, them: 'them' };
}

function fileAt(parts: readonly Part[], index: number): string {
  return parts.findLast(({ first }) => first <= index)?.file ?? SEGMENTS;
}
