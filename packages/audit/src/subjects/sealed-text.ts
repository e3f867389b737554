import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import type { SealedValue } from '../operation/entry.ts';

const CIPHER = 'aes-256-gcm';
/** Bytes of a key of AES-256. */
export const KEY_BYTES = 32;
// 96 bits, which GCM takes as it is (NIST SP 800-38D, 8.2.2): random ones are safe for 2^32 values of one person.
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

// Asking for random bytes costs 1.7 µs however few they are: nonces, which are no secret, are asked for in advance.
const nonces: Buffer = Buffer.alloc(512 * NONCE_BYTES);
let nextNonce = nonces.length;

/**
 * Encrypts text with the key of a person: AES-256-GCM with a random nonce. The pseudonym is authenticated along with it,
 * so that a value cannot be handed to another person.
 */
export function sealText(key: Buffer, pseudonym: string, text: string): SealedValue {
  const nonce = takeNonce();
  const cipher = createCipheriv(CIPHER, key, nonce);
  cipher.setAAD(Buffer.from(pseudonym));
  const encrypted = cipher.update(text, 'utf8');
  // A stream cipher keeps nothing for the end.
  cipher.final();
  const parts = [nonce, encrypted, cipher.getAuthTag()];
  return { $sealed: Buffer.concat(parts).toString('base64'), subject: pseudonym };
}

function takeNonce(): Buffer {
  if (nextNonce === nonces.length) {
    randomFillSync(nonces);
    nextNonce = 0;
  }
  nextNonce += NONCE_BYTES;
  return nonces.subarray(nextNonce - NONCE_BYTES, nextNonce);
}

/** The text of a sealed value; `undefined` for another key, another pseudonym, or bytes that were changed. */
export function unsealText(key: Buffer, { $sealed, subject }: SealedValue): string | undefined {
  const bytes = Buffer.from($sealed, 'base64');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES));
  decipher.setAAD(Buffer.from(subject));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

/** Whether a value has the shape of a sealed one. */
export function isSealed(value: unknown): value is SealedValue {
  if (typeof value !== 'object' || value === null) return false;
  const { $sealed, subject } = value as Partial<SealedValue>;
  return typeof $sealed === 'string' && typeof subject === 'string';
}
