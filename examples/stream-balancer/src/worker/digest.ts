import { createHash } from 'node:crypto';
import type { Frame } from '../frame/frame.ts';

/**
 * The job of a worker: SHA-256 (32 bytes) of stream, sequence number and payload, so that the answer to one frame is
 * right for no other.
 */
export function digest({
  stream,
  sequence,
  payload,
}: Pick<Frame, 'stream' | 'sequence' | 'payload'>): Buffer {
  const place = Buffer.allocUnsafe(8);
  place.writeUInt32BE(stream, 0);
  place.writeUInt32BE(sequence, 4);
  return createHash('sha256').update(place).update(payload).digest();
}
