import { randomBytes, randomInt } from 'node:crypto';

/** Bounds of a payload in bytes: from less than a TCP segment to several. */
const MIN_BYTES = 16;
const MAX_BYTES = 4096;

/** Random bytes are dear; payloads are pieces of the same ones, which begin anywhere. */
const POOL = randomBytes(64 * 1024);

/** A payload of random length and content. */
export function randomPayload(): Buffer {
  const length = randomInt(MIN_BYTES, MAX_BYTES + 1);
  const start = randomInt(POOL.length - length);
  return POOL.subarray(start, start + length);
}
