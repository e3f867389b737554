import { type Dirent, existsSync, lstatSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeValue, InstrumentError, reasonOf } from '@org/instrument-core';
import { LOCK } from '@org/instrument-core/directory';
import {
  CHECKPOINTS,
  firstOfHashes,
  firstOfSegment,
  hashesName,
  SEGMENTS,
  SIGNING_KEY,
  SUBJECTS,
  segmentName,
  VERIFIER_KEY,
} from '../journal/format.ts';
import type { Findings } from './findings.ts';

/** Where recovery keeps what it has cut off. */
const TORN = 'torn';
const KNOWN: readonly string[] = [CHECKPOINTS, LOCK, SEGMENTS, SIGNING_KEY, SUBJECTS, TORN, VERIFIER_KEY];

/** A file with entries, or with the hashes that are left of them. */
export interface Part {
  readonly kind: 'segment' | 'hashes';
  /** Index of its first entry, by its name. */
  readonly first: number;
  /** Relative to the directory of the journal. */
  readonly file: string;
  readonly path: string;
  readonly bytes: number;
}

/** The files of a journal. */
export interface Layout {
  /** In the order of their names. */
  readonly parts: readonly Part[];
  /** Bytes of the file of checkpoints when it was looked at; `undefined` when there is none. */
  readonly checkpointsBytes: number | undefined;
}

/**
 * Looks at the files of a journal. The checkpoints come first: what they cover is then there when the segments are
 * looked at, even if the journal is being written.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` when it is no journal, or cannot be listed.
 */
export async function readLayout(directory: string, findings: Findings): Promise<Layout> {
  const entries = await list(directory, directory);
  if (!entries.some(({ name }) => name === SEGMENTS)) {
    throw refusal(directory, `a directory without ${SEGMENTS}`);
  }
  const checkpointsBytes = await checkpointsBytesOf(directory);
  const names = (await list(join(directory, SEGMENTS), directory)).map(({ name }) => name).sort();
  const known = new Set(names);
  const parts: Part[] = [];
  for (const name of names) {
    const file = `${SEGMENTS}/${name}`;
    const path = join(directory, SEGMENTS, name);
    const first = firstOfSegment(name) ?? firstOfHashes(name);
    // Hashes of a segment that is being removed.
    if (name.endsWith('.draft')) continue;
    if (first === undefined || !Number.isSafeInteger(first)) {
      findings.notice(`${file} is no file of the journal.`);
      continue;
    }
    const kind = firstOfSegment(name) === undefined ? 'hashes' : 'segment';
    // A crash while the segment is being removed leaves both.
    if (kind === 'hashes' && known.has(segmentName(first))) {
      findings.notice(`${file} is not needed yet: the segment is still there.`);
      continue;
    }
    parts.push({ kind, first, file, path, bytes: (await sizeOf(path)) ?? 0 });
  }
  // Drafts of files are called as they are, and something more.
  const strangers = entries.filter(({ name }) => !KNOWN.some((own) => `${name}.`.startsWith(`${own}.`)));
  for (const { name } of strangers) findings.notice(`${name} is no file of the journal.`);
  return { parts: parts.sort((a, b) => a.first - b.first), checkpointsBytes };
}

/** Bytes of the file of checkpoints; `undefined` when there is none. */
export function checkpointsBytesOf(directory: string): Promise<number | undefined> {
  return sizeOf(join(directory, CHECKPOINTS));
}

/**
 * The hashes that have taken the place of a segment while it was being looked at; `undefined` while anything of its name is
 * there, be it a link that leads nowhere: that was not retention.
 */
export function hashesInstead(part: Part): Part | undefined {
  const name = hashesName(part.first);
  const path = join(part.path, '..', name);
  const isThere = lstatSync(part.path, { throwIfNoEntry: false }) !== undefined;
  if (part.kind === 'hashes' || isThere || !existsSync(path)) return undefined;
  return { ...part, kind: 'hashes', file: `${SEGMENTS}/${name}`, path };
}

async function list(path: string, directory: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    throw refusal(directory, reasonOf(error), error);
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
}

function refusal(directory: string, found: string, cause?: unknown): InstrumentError {
  return new InstrumentError(
    'INSTRUMENT_INVALID_ARGUMENT',
    `${describeValue(directory)} is no journal that can be read`,
    [
      {
        path: 'directory',
        found,
        expected: `a directory with ${SEGMENTS}, ${CHECKPOINTS} and ${VERIFIER_KEY}`,
      },
    ],
    cause,
  );
}
