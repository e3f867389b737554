import { createReadStream } from 'node:fs';
import { open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { leafHashOfBytes } from '../merkle/frontier.ts';
import { firstOfSegment, hashesName, SEGMENTS } from './format.ts';
import { parseLine } from './parse-line.ts';
import { syncDirectory } from './sync-directory.ts';

const LINE_FEED = 0x0a;

/** What is kept. */
export interface RetentionLimits {
  readonly maxAgeMillis: number | undefined;
  readonly maxBytes: number | undefined;
}

/** A closed segment. */
interface ClosedSegment {
  readonly path: string;
  readonly first: number;
  readonly bytes: number;
  /** First index after it. */
  readonly end: number;
  /** Unix time in milliseconds when it was written to for the last time. */
  readonly writtenMillis: number;
}

/**
 * The closed segments that the limits leave no room for, oldest first. The newest closed one always stays, since the
 * next begins where it ends.
 */
export async function expiredSegments(
  directory: string,
  openFrom: number,
  limits: RetentionLimits,
  nowMillis: number,
): Promise<ClosedSegment[]> {
  const closed = await closedSegments(directory, openFrom);
  let bytes = closed.reduce((sum, segment) => sum + segment.bytes, 0);
  const expired: ClosedSegment[] = [];
  for (const segment of closed.slice(0, -1)) {
    const { maxAgeMillis, maxBytes } = limits;
    const isOld = maxAgeMillis !== undefined && nowMillis - segment.writtenMillis > maxAgeMillis;
    const isTooMuch = maxBytes !== undefined && bytes > maxBytes;
    if (!isOld && !isTooMuch) break;
    expired.push(segment);
    bytes -= segment.bytes;
  }
  return expired;
}

async function closedSegments(directory: string, openFrom: number): Promise<ClosedSegment[]> {
  const firsts = (await readdir(join(directory, SEGMENTS)))
    .flatMap((name) => {
      const first = firstOfSegment(name);
      return first === undefined || first >= openFrom ? [] : { name, first };
    })
    .sort((a, b) => a.first - b.first);
  return Promise.all(
    firsts.map(async ({ name, first }, i) => {
      const path = join(directory, SEGMENTS, name);
      const { size: bytes, mtimeMs: writtenMillis } = await stat(path);
      return { path, first, bytes, end: firsts[i + 1]?.first ?? openFrom, writtenMillis };
    }),
  );
}

/** Puts the hashes of a segment in its place: proofs go on working, and its entries are gone. */
export async function replaceByHashes(directory: string, segment: ClosedSegment): Promise<void> {
  const path = join(directory, SEGMENTS, hashesName(segment.first));
  const draft = `${path}.draft`;
  const file = await open(draft, 'w', 0o600);
  try {
    for await (const hashes of hashesOf(segment.path)) await file.write(hashes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  syncDirectory(join(directory, SEGMENTS));
  await unlink(segment.path);
  syncDirectory(join(directory, SEGMENTS));
}

/** Leaf hashes of the entries of a segment, a block at a time. */
async function* hashesOf(path: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const block of createReadStream(path) as AsyncIterable<Buffer>) {
    const bytes: Buffer = rest.length === 0 ? block : Buffer.concat([rest, block]);
    const hashes: Buffer[] = [];
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      const line = bytes.subarray(start, end);
      if (parseLine(line.toString())?.kind === 'entry')
        hashes.push(Buffer.from(leafHashOfBytes(line), 'base64'));
      start = end + 1;
    }
    rest = bytes.subarray(start);
    yield Buffer.concat(hashes);
  }
}
