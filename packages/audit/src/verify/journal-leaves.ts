import { openFile } from '../journal/open-file.ts';
import { hashesInstead, type Part } from './layout.ts';
import { LineSource } from './line-source.ts';
import { linesFrom } from './segment-lines.ts';

const HASH_BYTES = 32;

/**
 * Leaf hashes of the entries of some parts of a journal, in order, as they are: nothing is checked. The journal may be in
 * use: retention may replace a part before it is read.
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
    let source: LineSource;
    try {
      source = await LineSource.open(part.path);
    } catch (error) {
      const instead = hashesInstead(part);
      if (instead === undefined) throw error;
      yield* leavesOfHashes(instead, onRead);
      continue;
    }
    for await (const line of linesFrom(source, onRead)) {
      if (line.kind === 'entry' && line.isComplete) yield line.leaf;
    }
  }
}

async function* leavesOfHashes(part: Part, onRead: (bytes: number) => void): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  const file = await openFile(part.path);
  for await (const block of file.createReadStream() as AsyncIterable<Buffer>) {
    onRead(block.length);
    const bytes: Buffer = rest.length === 0 ? block : Buffer.concat([rest, block]);
    let start = 0;
    for (; start + HASH_BYTES <= bytes.length; start += HASH_BYTES) {
      yield bytes.toString('base64', start, start + HASH_BYTES);
    }
    rest = bytes.subarray(start);
  }
}
