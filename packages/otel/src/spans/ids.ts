import { Buffer } from 'node:buffer';

const WORD = 2 ** 32;
const words = new Uint32Array(4);
const bytes = Buffer.from(words.buffer);

/** A random trace id: 16 bytes as 32 hexadecimal digits, not all of them 0 (W3C Trace Context, "trace-id"). */
export function createTraceId(): string {
  words[2] = Math.random() * WORD;
  words[3] = Math.random() * WORD;
  return randomHex(16);
}

/** A random span id: 8 bytes as 16 hexadecimal digits, not all of them 0 (W3C Trace Context, "parent-id"). */
export function createSpanId(): string {
  return randomHex(8);
}

function randomHex(size: number): string {
  words[0] = Math.random() * WORD;
  words[1] = Math.random() * WORD;
  // One in 2^64; the other words may be what they like.
  if (words[0] === 0 && words[1] === 0) words[0] = 1;
  return bytes.toString('hex', 0, size);
}
