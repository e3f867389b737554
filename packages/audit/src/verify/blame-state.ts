import { counted } from '@org/instrument-core';
import type { SignedState } from './checkpoint-feed.ts';
import { fileOf } from './findings.ts';
import type { Part } from './layout.ts';
import { firstLine, lastLine } from './segment-lines.ts';
import type { Walk } from './walk.ts';

/** Reports that the entries up to a signed state are not those that were signed, though each follows from the one before. */
export async function blameState(walk: Walk, part: Part, state: SignedState): Promise<void> {
  const { findings, parts, states } = walk;
  const index = states.covered;
  const signed = `the state signed in ${describe(state)}`;
  if (index >= state.size) {
    const which = state.size === 0 ? 'an empty journal' : 'another state of this size, which is right';
    const message = `The root of ${signed} is not that of ${which}.`;
    findings.fail('bad-checkpoint', undefined, state.place, message);
    return;
  }
  const next = parts[parts.indexOf(part) + 1];
  if (part.kind === 'segment' && next?.kind === 'segment' && (await isCutOff(part, next))) {
    const first = Math.max(index, part.first);
    const message = `The segment is not the one that was recorded: it does not lead to ${signed}, nor to the next segment.`;
    findings.fail('swapped', first, fileOf(part.file), message);
    return;
  }
  const last = state.size - 1;
  const which =
    index === last ? `Entry ${index} is not the one` : `Entries ${index} to ${last} are not those`;
  const how =
    part.kind === 'hashes' ? 'hashes' : 'hashes follow from each other, so it was rewritten, but they';
  const message = `${which} of ${signed}: the ${how} lead to another root.`;
  findings.fail('changed', index, states.firstAfter ?? fileOf(part.file), message);
}

/** Whether the next segment does not follow from the seal of this one. */
async function isCutOff(part: Part, next: Part): Promise<boolean> {
  const seal = await lastLine(part.path);
  const header = await firstLine(next.path);
  return seal?.kind === 'seal' && header?.kind === 'header' && seal.link.prev !== header.link.prev;
}

function describe({ place, size }: SignedState): string {
  const line = place.line === undefined ? '' : `, line ${place.line}`;
  return `${place.file}${line} (${counted(size, 'entry', 'entries')})`;
}
