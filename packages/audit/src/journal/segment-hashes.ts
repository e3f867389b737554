import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { leafHashOfBytes } from '../merkle/frontier.ts';
import { Chain } from './chain.ts';
import { headerLine, sealLine } from './format.ts';
import { parseLine } from './parse-line.ts';
import type { ClosedSegment } from './retention.ts';

const LINE_FEED = 0x0a;

/** A segment that is not as it was written. */
export class DamagedSegmentError extends Error {
  constructor(path: string) {
    super(`${basename(path)} is not as it was written, and is kept: run "instrument-audit verify"`);
    this.name = 'DamagedSegmentError';
  }
}

/**
 * Leaf hashes of the entries of a closed segment of the journal of that name, a block at a time.
 *
 * @throws DamagedSegmentError when one line does not follow from the other.
 * @throws the error of the file system.
 */
export async function* hashesOf(segment: ClosedSegment, origin: string): AsyncGenerator<Buffer> {
  const reader = new SegmentReader(segment, origin);
  let rest: Buffer = Buffer.alloc(0);
  for await (const block of createReadStream(segment.path) as AsyncIterable<Buffer>) {
    const bytes: Buffer = rest.length === 0 ? block : Buffer.concat([rest, block]);
    const hashes: Buffer[] = [];
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      const hash = reader.take(bytes.subarray(start, end));
      if (hash !== undefined) hashes.push(Buffer.from(hash, 'base64'));
      start = end + 1;
    }
    rest = bytes.subarray(start);
    yield Buffer.concat(hashes);
  }
  reader.end(rest.length);
}

/** Takes the lines of a closed segment, in their order. */
class SegmentReader {
  readonly #segment: ClosedSegment;
  readonly #origin: string;
  #chain: Chain | undefined;
  #from = '';
  #isSealed = false;

  constructor(segment: ClosedSegment, origin: string) {
    this.#segment = segment;
    this.#origin = origin;
  }

  /** The leaf hash of a line that is an entry. */
  take(bytes: Buffer): string | undefined {
    const text = bytes.toString();
    const line = parseLine(text);
    const chain = this.#chain;
    if (chain === undefined) {
      if (line?.kind !== 'header' || line.header.first !== this.#segment.first) throw this.#damage();
      this.#chain = new Chain(this.#origin, line.header, '');
      if (text !== headerLine(this.#chain.header())) throw this.#damage();
      return undefined;
    }
    if (this.#isSealed) throw this.#damage();
    if (line?.kind === 'seal') {
      if (text !== sealLine(chain.seal(this.#from))) throw this.#damage();
      this.#isSealed = true;
      return undefined;
    }
    if (line?.kind !== 'entry' || line.index !== chain.size || line.prev !== chain.head) throw this.#damage();
    if (this.#from === '') this.#from = line.entry.time;
    const hash = leafHashOfBytes(bytes);
    chain.add(hash, line.entry.time, line.entry);
    return hash;
  }

  end(restBytes: number): void {
    if (restBytes > 0 || !this.#isSealed || this.#chain?.size !== this.#segment.end) throw this.#damage();
  }

  #damage(): DamagedSegmentError {
    return new DamagedSegmentError(this.#segment.path);
  }
}
