import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { leafHash, leafHashOfBytes } from '../merkle/frontier.ts';
import type { EntryContent } from '../operation/entry.ts';
import { Chain } from './chain.ts';
import { headerLine, type SegmentHeader, sealLine } from './format.ts';
import { parseLine } from './parse-line.ts';
import { MAX_LINE_BYTES } from './read-lines.ts';
import type { ClosedSegment } from './retention.ts';

const LINE_FEED = 0x0a;

/** Hash of the header of a segment that begins where the chain ends, made as that of a leaf. */
export function headerHash(chain: Chain): string {
  return leafHash(headerLine(chain.header()));
}

/** A segment that is not as it was written. */
export class DamagedSegmentError extends Error {
  constructor(path: string) {
    super(`${basename(path)} is not as it was written, and is kept: run "instrument-audit verify"`);
    this.name = 'DamagedSegmentError';
  }
}

/** What a closed segment stands between: hashes of its own header and of that of the next, made as those of leaves. */
export interface ReadSegment {
  readonly header: string;
  readonly next: string;
}

/** Told what is in a closed segment while it is read: leaf hashes a block at a time, entries one by one. */
export interface SegmentListener {
  onHashes?(hashes: Buffer): Promise<void>;
  onEntry?(index: number, entry: EntryContent): void;
}

/**
 * Reads a closed segment of the journal of that name.
 *
 * @throws DamagedSegmentError when one line does not follow from the other.
 * @throws the error of the file system.
 */
export async function readClosedSegment(
  segment: ClosedSegment,
  origin: string,
  listener: SegmentListener,
): Promise<ReadSegment> {
  const reader = new SegmentReader(segment, origin, listener);
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const block of createReadStream(segment.path) as AsyncIterable<Buffer>) {
    rest.push(block);
    restBytes += block.length;
    if (restBytes > MAX_LINE_BYTES) throw new DamagedSegmentError(segment.path);
    // Joined once for each line, however many blocks that has.
    if (!block.includes(LINE_FEED)) continue;
    const bytes: Buffer = rest.length === 1 ? block : Buffer.concat(rest, restBytes);
    const hashes: Buffer[] = [];
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      const hash = reader.take(bytes.subarray(start, end));
      if (hash !== undefined) hashes.push(Buffer.from(hash, 'base64'));
      start = end + 1;
    }
    rest = start === bytes.length ? [] : [bytes.subarray(start)];
    restBytes = bytes.length - start;
    await listener.onHashes?.(Buffer.concat(hashes));
  }
  return reader.end(restBytes);
}

/** Takes the lines of a closed segment, in their order. */
class SegmentReader {
  readonly #segment: ClosedSegment;
  readonly #origin: string;
  readonly #listener: SegmentListener;
  #chain: Chain | undefined;
  #header = '';
  #from = '';
  #isSealed = false;

  constructor(segment: ClosedSegment, origin: string, listener: SegmentListener) {
    this.#segment = segment;
    this.#origin = origin;
    this.#listener = listener;
  }

  /** The leaf hash of a line that is an entry. */
  take(bytes: Buffer): string | undefined {
    const text = bytes.toString();
    const line = parseLine(text);
    const chain = this.#chain;
    if (chain === undefined) {
      if (line?.kind !== 'header' || line.header.first !== this.#segment.first) throw this.#damage();
      this.#chain = this.#chainAt(line.header);
      if (text !== headerLine(this.#chain.header())) throw this.#damage();
      this.#header = leafHash(text);
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
    this.#listener.onEntry?.(chain.size, line.entry);
    const hash = leafHashOfBytes(bytes);
    chain.add(hash, line.entry.time, line.entry);
    return hash;
  }

  end(restBytes: number): ReadSegment {
    if (restBytes > 0 || !this.#isSealed || this.#chain?.size !== this.#segment.end) throw this.#damage();
    return { header: this.#header, next: headerHash(this.#chain) };
  }

  #chainAt(header: SegmentHeader): Chain {
    try {
      return new Chain(this.#origin, header, '');
    } catch {
      throw this.#damage();
    }
  }

  #damage(): DamagedSegmentError {
    return new DamagedSegmentError(this.#segment.path);
  }
}
