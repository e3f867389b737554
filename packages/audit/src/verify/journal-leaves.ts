import { createReadStream } from 'node:fs';
import type { Part } from './layout.ts';
import { linesOf } from './segment-lines.ts';

const HASH_BYTES = 32;

/**
 * Leaf hashes of the entries of some parts of a journal, in order, as they are: nothing is checked.
 *
 * @throws the error of the file system.
 */
export async function* journalLeaves(
  parts: readonly Part[],
  onRead: (bytes: number) => void = () => {},
): AsyncGenerator<string> {
  for (const part of parts) {
    if (part.kind === 'hashes') {
      yield* leavesOfHashes(part, onRead);
      continue;
    }
    for await (const line of linesOf(part.path, onRead)) {
      if (line.kind === 'entry' && line.isComplete) yield line.leaf;
    }
  }
}

async function* leavesOfHashes(part: Part, onRead: (bytes: number) => void): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const block of createReadStream(part.path) as AsyncIterable<Buffer>) {
    onRead(block.length);
    const bytes: Buffer = rest.length === 0 ? block : Buffer.concat([rest, block]);
    let start = 0;
    for (; start + HASH_BYTES <= bytes.length; start += HASH_BYTES) {
      yield bytes.toString('base64', start, start + HASH_BYTES);
    }
    rest = bytes.subarray(start);
  }
}
