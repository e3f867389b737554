import { Buffer } from 'node:buffer';

const WORD = 2 ** 32;
const words = new Uint32Array(4);
const bytes = Buffer.from(words.buffer);

/**
 * A random trace id: 16 bytes as 32 hexadecimal digits, not all of them 0 (W3C Trace Context, "trace-id"). With a `mark`
 * of 32 bits, one of those whose four words, the first digits the most significant, have that exclusive or.
 */
export function createTraceId(mark?: number): string {
  words[2] = Math.random() * WORD;
  words[3] = Math.random() * WORD;
  randomize();
  if (mark !== undefined) {
    const others = bytes.readUInt32BE(0) ^ bytes.readUInt32BE(4) ^ bytes.readUInt32BE(8);
    bytes.writeUInt32BE((others ^ mark) >>> 0, 12);
  }
  return bytes.toString('hex', 0, 16);
}

/** A random span id: 8 bytes as 16 hexadecimal digits, not all of them 0 (W3C Trace Context, "parent-id"). */
export function createSpanId(): string {
  randomize();
  return bytes.toString('hex', 0, 8);
}

/** Makes the first two words anew, not both of them 0. */
function randomize(): void {
  words[0] = Math.random() * WORD;
  words[1] = Math.random() * WORD;
  // One in 2^64; the other words may be what they like.
  if (words[0] === 0 && words[1] === 0) words[0] = 1;
}
