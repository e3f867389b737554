import { join } from 'node:path';
import { InstrumentError } from '@org/instrument-core';
import { readStoredCheckpoint, type StoredCheckpoint } from '../checkpoint/checkpoints-file.ts';
import { CHECKPOINTS } from '../journal/format.ts';
import { type MadeProof, proveConsistency, proveInclusion } from '../merkle/proof.ts';
import { journalLeaves } from './journal-leaves.ts';
import { hashesInstead, type Layout, type Part } from './layout.ts';
import { noteTexts } from './note-texts.ts';
import type { ConsistencyProof, InclusionProof, ProvenState } from './proof-document.ts';
import { linesOf } from './segment-lines.ts';
import { NotAsSigned, withSettledLayout } from './settled-layout.ts';

const OTHERS =
  'The entries of the journal do not lead to the root that was signed; `verify` tells which was changed';
const FEWER = 'The journal has fewer entries than were signed; `verify` tells which are missing';

/**
 * Proof that an entry is in a journal, against its last signed state, made in one pass and constant memory. It proves
 * nothing of the rest of the journal: that is what `verifyJournal` is for. The journal may be in use.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` when there is no such entry, no checkpoint covers it yet, or the
 * entries are fewer than were signed, or do not lead to the root that was signed; `INSTRUMENT_AUDIT_UNAVAILABLE` when a file
 * of it cannot be read.
 */
export function proveEntry(directory: string, index: number): Promise<InclusionProof> {
  return withSettledLayout(directory, (layout) => inclusionOf(directory, layout, index));
}

async function inclusionOf(
  directory: string,
  { checkpointsBytes, parts }: Layout,
  index: number,
): Promise<InclusionProof> {
  const [checkpoint] = await findCheckpoints(directory, checkpointsBytes, []);
  if (checkpoint === undefined)
    throw refusal('index', String(index), 'an entry that a checkpoint covers; there is none');
  const { note, origin, root, size } = checkpoint;
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
    throw refusal('index', String(index), `an entry from 0 to ${size - 1}, which the last checkpoint covers`);
  }
  const seen: { leaf?: string } = {};
  const made = await make(() => proveInclusion(watch(journalLeaves(parts), index, seen), index, size), root);
  const entry = await lineOf(parts, index);
  return {
    type: 'instrument-audit/inclusion',
    version: 1,
    origin,
    index,
    ...(entry === undefined ? {} : { entry }),
    leaf: seen.leaf as string,
    size,
    path: made.path,
    checkpoint: note,
  };
}

/**
 * Proof that the first `from` entries of a journal are the beginning of the first `to`, in one pass and constant memory.
 * There is a checkpoint at `to`; default is the last. The journal may be in use.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` when there is no checkpoint at `to`, `from` is more, or the entries
 * are fewer than were signed, or do not lead to the root that was signed; `INSTRUMENT_AUDIT_UNAVAILABLE` when a file of the
 * journal cannot be read.
 */
export function proveGrowth(directory: string, from: number, to?: number): Promise<ConsistencyProof> {
  return withSettledLayout(directory, (layout) => growthOf(directory, layout, from, to));
}

async function growthOf(
  directory: string,
  { checkpointsBytes, parts }: Layout,
  from: number,
  to: number | undefined,
): Promise<ConsistencyProof> {
  const sizes = to === undefined ? [from] : [from, to];
  const [last, ...found] = await findCheckpoints(directory, checkpointsBytes, sizes);
  const later = to === undefined ? last : found.find(({ size }) => size === to);
  if (later === undefined) {
    const known = last === undefined ? 'there is no checkpoint' : `the last is at ${last.size}`;
    throw refusal('to', String(to), `a size at which a checkpoint was signed; ${known}`);
  }
  if (!Number.isSafeInteger(from) || from < 0 || from > later.size) {
    throw refusal('from', String(from), `a size from 0 to ${later.size}`);
  }
  const made = await make(() => proveConsistency(journalLeaves(parts), from, later.size), later.root);
  const earlier = found.find(({ size }) => size === from) ?? (from === later.size ? later : undefined);
  if (earlier !== undefined && earlier.root !== made.fromRoot) throw new NotAsSigned(OTHERS);
  return {
    type: 'instrument-audit/consistency',
    version: 1,
    origin: later.origin,
    from: stateOf(from, made.fromRoot, earlier),
    to: stateOf(later.size, made.root, later),
    path: made.path,
  };
}

async function make(prove: () => Promise<MadeProof>, root: string): Promise<MadeProof> {
  let made: MadeProof;
  try {
    made = await prove();
  } catch (error) {
    throw error instanceof RangeError ? new NotAsSigned(FEWER, { cause: error }) : error;
  }
  if (made.root !== root) throw new NotAsSigned(OTHERS);
  return made;
}

/**
 * The last checkpoint, and those at some sizes, as they stand in the file when it had so many bytes; no signature is
 * verified. Later ones may cover entries that are in none of the segments that were listed.
 */
async function findCheckpoints(
  directory: string,
  bytes: number | undefined,
  sizes: readonly number[],
): Promise<StoredCheckpoint[]> {
  if (bytes === undefined) return [];
  let last: StoredCheckpoint | undefined;
  const found: StoredCheckpoint[] = [];
  for await (const { isWhole, place, text } of noteTexts(join(directory, CHECKPOINTS), bytes)) {
    const checkpoint = isWhole ? readStoredCheckpoint(text, place.line ?? 0, place.offset ?? 0) : '';
    if (typeof checkpoint === 'string') break;
    last = checkpoint;
    if (sizes.includes(checkpoint.size)) found.push(checkpoint);
  }
  return last === undefined ? [] : [last, ...found];
}

async function* watch(
  leaves: AsyncIterable<string>,
  index: number,
  seen: { leaf?: string },
): AsyncGenerator<string> {
  let at = 0;
  for await (const leaf of leaves) {
    if (at++ === index) seen.leaf = leaf;
    yield leaf;
  }
}

/** The line of an entry; `undefined` when only its hash is left. */
async function lineOf(parts: readonly Part[], index: number): Promise<string | undefined> {
  const part = parts.findLast(({ first }) => first <= index);
  if (part?.kind !== 'segment') return undefined;
  try {
    for await (const line of linesOf(part.path)) {
      if (line.kind === 'entry' && line.link.index === index) return line.text;
    }
  } catch (error) {
    // Retention may have replaced it by now.
    if (hashesInstead(part) === undefined) throw error;
  }
  return undefined;
}

function stateOf(size: number, root: string, signed: StoredCheckpoint | undefined): ProvenState {
  return signed === undefined ? { size, root } : { size, root, checkpoint: signed.note };
}

function refusal(path: string, found: string, expected: string): InstrumentError {
  return new InstrumentError('INSTRUMENT_INVALID_ARGUMENT', 'There is no such proof', [
    { path, found, expected },
  ]);
}
