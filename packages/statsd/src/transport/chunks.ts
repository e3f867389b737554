import type { Batch } from '../encode/batch.ts';
import type { Framing } from '../options.ts';

/** Bytes of one write to a stream, about. */
const CHUNK_BYTES = 64 * 1_024;
/** Of a packet's length, little endian (datadog-go, `uds.go`). */
const LENGTH_BYTES = 4;

/** Packets that are written to a stream together. */
export interface Chunk {
  readonly bytes: Buffer;
  readonly packets: number;
  readonly lines: number;
}

/** Copies a batch into chunks of whole packets, as a stream takes them. */
export function chunksOf(batch: Batch, framing: Framing): Chunk[] {
  const { starts, ends, lines } = batch;
  const chunks: Chunk[] = [];
  let first = 0;
  while (first < starts.length) {
    let end = first;
    let count = 0;
    const from = starts[first] as number;
    while (end < starts.length && (end === first || (ends[end] as number) - from < CHUNK_BYTES)) {
      count += lines[end] as number;
      end++;
    }
    const bytes = framing === 'length' ? withLengths(batch, first, end) : withLineFeeds(batch, first, end);
    chunks.push({ bytes, packets: end - first, lines: count });
    first = end;
  }
  return chunks;
}

function withLineFeeds({ bytes, starts, ends }: Batch, first: number, end: number): Buffer {
  return Buffer.from(bytes.subarray(starts[first], (ends[end - 1] as number) + 1));
}

function withLengths({ bytes, starts, ends }: Batch, first: number, end: number): Buffer {
  const payload = (ends[end - 1] as number) - (starts[first] as number) - (end - first - 1);
  const framed = Buffer.allocUnsafe(payload + (end - first) * LENGTH_BYTES);
  let at = 0;
  for (let i = first; i < end; i++) {
    const size = (ends[i] as number) - (starts[i] as number);
    at = framed.writeUInt32LE(size, at);
    at += bytes.copy(framed, at, starts[i], ends[i]);
  }
  return framed;
}
