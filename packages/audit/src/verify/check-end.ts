import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { counted } from '@org/instrument-core';
import { firstOfSegment, SEGMENTS, segmentName } from '../journal/format.ts';
import { leafHashOfBytes, MerkleFrontier } from '../merkle/frontier.ts';
import { blameState } from './blame-state.ts';
import { fileOf } from './findings.ts';
import type { Part } from './layout.ts';
import type { EntryLine } from './read-line.ts';
import type { Walk } from './walk.ts';

/** Bytes hashed at most in search of one bit: a tenth of a second. */
const MAX_SEARCH_BYTES = 64 * 1024 * 1024;

/** Compares the end of the journal with the states that were signed: no line after it vouches for the last entry. */
export async function checkEnd(walk: Walk, lastEntry: EntryLine | undefined): Promise<void> {
  const { findings, parts, stand, states } = walk;
  const part = parts.at(-1);
  const state = states.next;
  if (state !== undefined && stand.isPending && state.size === stand.size && stand.root() !== state.root) {
    const bit = lastEntry === undefined ? undefined : flippedBit(walk, lastEntry, state.root);
    if (bit !== undefined && stand.last !== undefined) {
      const index = stand.size - 1;
      const message = `Entry ${index} was changed: with one bit of byte ${bit} of its line turned over, it is what was signed.`;
      findings.fail('changed', index, stand.last, message);
      return;
    }
  }
  if (stand.lastProblem !== undefined && stand.last !== undefined && !findings.isFull) {
    const index = stand.size - 1;
    findings.fail('malformed', index, stand.last, `Entry ${index} ${stand.lastProblem}.`);
  }
  stand.confirm();
  await states.reach(stand, async (signed) => {
    if (part !== undefined) await blameState(walk, part, signed);
  });
  const missing = states.next;
  if (findings.isFull) return;
  if (missing === undefined) return checkLast(walk, part);
  const message = `The journal ends with ${counted(stand.size, 'entry', 'entries')}, and a checkpoint was signed at ${missing.size}.`;
  findings.fail('truncated', stand.size, part === undefined ? missing.place : fileOf(part.file), message);
}

/** Retention always keeps the newest closed segment: hashes are not the last file of a journal. */
async function checkLast({ findings, stand }: Walk, part: Part | undefined): Promise<void> {
  if (part?.kind !== 'hashes') return;
  const place = fileOf(`${SEGMENTS}/${segmentName(stand.size)}`);
  const names = await readdir(dirname(part.path));
  if (names.some((name) => (firstOfSegment(name) ?? -1) >= stand.size)) {
    const message = 'The segment was not there when the files were listed: retention went on meanwhile.';
    findings.fail('undecided', stand.size, place, message);
  } else {
    const message = 'The segment is missing: the newest is always kept, and here only hashes are left.';
    findings.fail('removed', stand.size, place, message);
  }
}

/** The byte of a line in which one bit makes it the entry that leads to a root; `undefined` when there is none. */
function flippedBit({ stand }: Walk, line: EntryLine, root: string): number | undefined {
  const bytes = Buffer.from(line.text);
  if (stand.tree === undefined || 8 * bytes.length ** 2 > MAX_SEARCH_BYTES) return undefined;
  for (let i = 0; i < bytes.length; i++) {
    for (let bit = 1; bit < 256; bit *= 2) {
      bytes[i] = (bytes[i] as number) ^ bit;
      const tree = new MerkleFrontier(stand.tree.size, stand.tree.roots());
      tree.append(leafHashOfBytes(bytes));
      bytes[i] = (bytes[i] as number) ^ bit;
      if (tree.root() === root) return line.offset + i;
    }
  }
  return undefined;
}
