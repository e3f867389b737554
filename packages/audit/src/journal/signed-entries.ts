import { closeSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Checkpoint } from '../audit.ts';
import { leafHashOfBytes, MerkleFrontier } from '../merkle/frontier.ts';
import type { Chain } from './chain.ts';
import { firstOfSegment, SEGMENTS } from './format.ts';
import { openFileNow } from './open-file.ts';
import { parseLine } from './parse-line.ts';
import { readLines } from './read-lines.ts';

/**
 * How many of the entries of a journal its last checkpoint vouches for: those it covers, or none when they are not the ones
 * that were signed, or not all there. `chain`: where the journal stands. Reads at most one segment, and none of a journal that
 * was closed.
 *
 * @throws the error of the file system.
 */
export function signedEntries(directory: string, chain: Chain, checkpoint: Checkpoint | undefined): number {
  if (checkpoint === undefined || checkpoint.size > chain.size) return 0;
  const { root, size } = checkpoint;
  if (size === chain.size) return chain.root() === root ? size : 0;
  const segment = segmentWith(directory, size);
  // Of what it covers nothing is left to be read, and so nothing to be believed.
  if (segment === undefined) return size;
  return rootAt(segment, size) === root ? size : 0;
}

/** Path of the last segment that begins with the entry `index`, or before. */
function segmentWith(directory: string, index: number): string | undefined {
  const name = readdirSync(join(directory, SEGMENTS))
    .filter((each) => (firstOfSegment(each) ?? Number.POSITIVE_INFINITY) <= index)
    .sort()
    .at(-1);
  return name === undefined ? undefined : join(directory, SEGMENTS, name);
}

/**
 * Root of the first `size` entries of a journal, by the header and the lines of a segment; `undefined` when it does not reach
 * that far. With the root that was signed, both are what they were: hashes of others lead to another one.
 */
function rootAt(path: string, size: number): string | undefined {
  const fd = openFileNow(path);
  try {
    let tree: MerkleFrontier | undefined;
    for (const { bytes } of readLines(fd)) {
      if (tree === undefined) tree = treeBefore(bytes.toString());
      else tree.append(leafHashOfBytes(bytes));
      if (tree === undefined || tree.size >= size) break;
    }
    return tree?.size === size ? tree.root() : undefined;
  } finally {
    closeSync(fd);
  }
}

/** Tree of the entries before a segment, by its header. */
function treeBefore(header: string): MerkleFrontier | undefined {
  const line = parseLine(header);
  if (line?.kind !== 'header') return undefined;
  try {
    return new MerkleFrontier(line.header.first, line.header.frontier);
  } catch {
    return undefined;
  }
}
