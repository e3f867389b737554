import { reasonOf } from '@org/instrument-core';
import type { EntryRange } from '../journal/entry-ranges.ts';
import { SEGMENTS, segmentName } from '../journal/format.ts';
import { Removals } from '../journal/removals.ts';
import { EMPTY_ROOT } from '../merkle/frontier.ts';
import { checkEnd } from './check-end.ts';
import { checkRemovals } from './check-removals.ts';
import { checkSigned } from './check-signed.ts';
import { CheckpointFeed, readAnchored } from './checkpoint-feed.ts';
import { Findings, fileOf } from './findings.ts';
import { checkpointsBytesOf, hashesInstead, type Part, readLayout } from './layout.ts';
import { LineSource } from './line-source.ts';
import { noteUnvouched } from './note-unvouched.ts';
import type { EntryLine } from './read-line.ts';
import { firstLine } from './segment-lines.ts';
import { SegmentWalk } from './segment-walk.ts';
import { SignedStates } from './signed-states.ts';
import { Stand } from './stand.ts';
import { givenKeys, publishedKey } from './trusted-keys.ts';
import type { Verification, VerifyOptions } from './verification.ts';
import type { Walk } from './walk.ts';
import { walkHashes } from './walk-hashes.ts';

/** How often a journal is looked at whose retention goes on so fast that what says so is removed as well meanwhile. */
const MAX_ATTEMPTS = 5;

/** Bytes between two reports of progress. */
const PROGRESS_BYTES = 1024 * 1024;

/**
 * Checks a journal from its first entry to its last, in constant memory, and names the first entry that is not as it was
 * recorded. What is wrong with the journal is in the result; it is never thrown. The journal may be in use.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` when the directory is no journal, or keys or checkpoints that
 * were given cannot be read.
 * @throws the reason of the signal once it is aborted.
 */
export async function verifyJournal(directory: string, options: VerifyOptions = {}): Promise<Verification> {
  let gone: readonly EntryRange[] = [];
  for (let attempt = 1; ; attempt++) {
    const { removed, verification } = await verifyOnce(directory, options, gone);
    const isDecided = verification.failures.every(({ kind }) => kind !== 'undecided');
    if (isDecided || attempt === MAX_ATTEMPTS) return verification;
    gone = removed;
  }
}

async function verifyOnce(
  directory: string,
  options: VerifyOptions,
  gone: readonly EntryRange[],
): Promise<{ verification: Verification; removed: readonly EntryRange[] }> {
  const { keys, signal, maxFailures = 1 } = options;
  signal?.throwIfAborted();
  const findings = new Findings(Math.max(1, maxFailures));
  const anchored = readAnchored(options.checkpoints ?? []);
  const { parts, checkpointsBytes } = await readLayout(directory, findings);
  const published = await publishedKey(directory, (checkpointsBytes ?? 0) > 0 || parts.length > 0, findings);
  const origin = published?.name ?? (await originOf(parts)) ?? '';
  const trusted = keys === undefined ? (published === undefined ? [] : [published]) : givenKeys(keys, origin);
  if (published !== undefined && !trusted.some(({ text }) => text === published.text)) {
    const message = `The journal names ${published.text} as its key, which is none of those that are trusted.`;
    findings.fail('wrong-key', undefined, fileOf('key.pub'), message);
  }
  const feed = await CheckpointFeed.open(directory, checkpointsBytes, {
    findings,
    origin,
    keys: trusted,
    anchored,
  });
  const walk: Walk = {
    parts,
    stand: new Stand(origin),
    states: new SignedStates(feed, findings),
    findings,
    counts: { entries: 0, pruned: 0 },
    removals: new Removals(),
    removed: [],
    believed: [],
    isOvertaken: false,
    isOfAnotherVersion: false,
    onRead: progressOf(options, parts, () => walk.stand.size),
  };
  try {
    await walkParts(walk);
    // Retention signs before it removes: perhaps after the checkpoints were looked at, or in a segment that is gone by now.
    const isMoving = walk.isOvertaken || (await checkpointsBytesOf(directory)) !== checkpointsBytes;
    if (!findings.isFull && !walk.isOfAnotherVersion) checkRemovals(walk, { isMoving, gone });
    checkSigned(walk, directory, keys !== undefined);
  } finally {
    await feed.close();
  }
  noteUnvouched(walk, checkpointsBytes !== undefined);
  return { verification: resultOf(directory, walk, origin), removed: walk.removed };
}

async function walkParts(walk: Walk): Promise<void> {
  const { findings, parts, stand, states } = walk;
  await states.reach(stand, async (state) => {
    findings.fail('bad-checkpoint', undefined, state.place, 'The root of an empty journal is another one.');
  });
  let lastEntry: EntryLine | undefined;
  for (const part of parts) {
    if (findings.isFull || walk.isOfAnotherVersion) return;
    if (!(await checkPosition(walk, part))) continue;
    try {
      lastEntry = await walkPart(walk, part);
    } catch (error) {
      if (!isOfFileSystem(error)) throw error;
      findings.fail(
        'unreadable',
        stand.size,
        fileOf(part.file),
        `The file cannot be read: ${reasonOf(error)}`,
      );
      stand.jump(stand.size, stand.head);
    }
  }
  if (findings.isFull || walk.isOfAnotherVersion) return;
  await checkEnd(walk, lastEntry);
}

/** Walks a part, or the hashes that take its place meanwhile. Returns the last entry of a segment that was not sealed. */
async function walkPart(walk: Walk, part: Part): Promise<EntryLine | undefined> {
  const { removed, stand } = walk;
  if (part.kind === 'hashes') {
    await walkHashes(walk, part);
    removed.push({ first: part.first, last: stand.size - 1 });
    return undefined;
  }
  try {
    return await walkSegment(walk, part);
  } catch (error) {
    const instead = isOfFileSystem(error) && stand.size === part.first ? hashesInstead(part) : undefined;
    if (instead === undefined) throw error;
    walk.isOvertaken = true;
    return walkPart(walk, instead);
  }
}

/** An abort has no such member. */
function isOfFileSystem(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException).syscall === 'string';
}

async function walkSegment(walk: Walk, part: Part): Promise<EntryLine | undefined> {
  const source = await LineSource.open(part.path);
  try {
    const segment = new SegmentWalk(walk, part, source);
    await segment.run();
    return segment.lastEntry;
  } finally {
    await source.close();
  }
}

/** Whether a file begins where the one before it has ended. */
async function checkPosition({ findings, stand }: Walk, part: Part): Promise<boolean> {
  if (part.first === stand.size) return true;
  if (part.first < stand.size) {
    const message = `The file has no place here: the entries before it reach to ${stand.size - 1}.`;
    findings.fail('inserted', stand.size, fileOf(part.file), message);
    return false;
  }
  const header = part.kind === 'segment' ? await firstLine(part.path) : undefined;
  if (header?.kind === 'header' && header.link.index === stand.size && header.link.prev === stand.head) {
    findings.fail(
      'swapped',
      stand.size,
      fileOf(part.file),
      `The file was renamed: it begins with entry ${stand.size}.`,
    );
    return true;
  }
  const message = `Entries ${stand.size} to ${part.first - 1} are missing.`;
  findings.fail('removed', stand.size, fileOf(`${SEGMENTS}/${segmentName(stand.size)}`), message);
  stand.jump(part.first, stand.head);
  return true;
}

async function originOf(parts: readonly Part[]): Promise<string | undefined> {
  const segment = parts.find(({ kind }) => kind === 'segment');
  const line = segment && (await firstLine(segment.path));
  return line?.kind === 'header' ? line.header.origin : undefined;
}

function progressOf(
  { onProgress, signal }: VerifyOptions,
  parts: readonly Part[],
  entries: () => number,
): (bytes: number) => void {
  const totalBytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  let bytes = 0;
  let due = PROGRESS_BYTES;
  return (more) => {
    signal?.throwIfAborted();
    bytes += more;
    if (bytes < due) return;
    due = bytes + PROGRESS_BYTES;
    onProgress?.({ entries: entries(), bytes, totalBytes: Math.max(totalBytes, bytes) });
  };
}

function resultOf(
  directory: string,
  { counts, findings, stand, states }: Walk,
  origin: string,
): Verification {
  const { failures, notices } = findings;
  return {
    ok: failures.length === 0,
    directory,
    origin: origin === '' ? undefined : origin,
    entries: counts.entries,
    pruned: counts.pruned,
    size: stand.size,
    root: stand.root() ?? EMPTY_ROOT,
    checkpoints: states.verified,
    checkpointed: states.covered,
    key: states.signer,
    failures,
    notices,
  };
}
