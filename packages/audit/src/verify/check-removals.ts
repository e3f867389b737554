import { firstOutside } from '../journal/entry-ranges.ts';
import { SEGMENTS } from '../journal/format.ts';
import { fileOf } from './findings.ts';
import type { Part } from './layout.ts';
import type { Walk } from './walk.ts';

/**
 * Compares what was removed with what the journal has put on record of that, and signed: whoever has no key can write such
 * an entry as well. `isMoving`: retention has gone on meanwhile, and may have removed what says so. Returns whether
 * everything is on record.
 */
export function checkRemovals(
  { believed, findings, parts, removals, removed, states }: Walk,
  isMoving: boolean,
): boolean {
  // Where something was changed, no state after it could be compared, and that was said.
  const signed = findings.failures.length > 0 ? removals.said : removals.signed(states.covered);
  const missing = firstOutside(
    removed,
    signed.flatMap(({ ranges }) => ranges),
  );
  if (missing !== undefined) {
    const { first, last } = missing;
    const said = removals.said.flatMap(({ ranges }) => ranges);
    const which = first === last ? `Entry ${first} is` : `Entries ${first} to ${last} are`;
    const why =
      firstOutside([missing], said) === undefined
        ? 'the entry that says that retention removed them was not signed before'
        : 'the journal does not say that retention removed them';
    const again = isMoving ? ' It was written meanwhile: verify again.' : '';
    const message = `${which} missing, and ${why}.${again}`;
    findings.fail('removed', first, fileOf(partAt(parts, first)?.file ?? SEGMENTS), message);
  }
  for (const { first, hash, place } of believed) {
    const isRecorded = signed.every(({ last, next }) => {
      return last !== first - 1 || next === undefined || next === hash;
    });
    if (isRecorded) continue;
    const message =
      'The header of the segment is not the one that was put on record when those before were removed.';
    findings.fail('changed', undefined, place, message);
  }
  return missing === undefined;
}

function partAt(parts: readonly Part[], index: number): Part | undefined {
  return parts.findLast(({ first }) => first <= index);
}
