import { createHash } from 'node:crypto';
import { types } from 'node:util';
import type { JsonValue } from '../operation/entry.ts';
import type { EncodeCall } from './call.ts';

/** Beyond, a digest would hold up the event loop for longer than a millisecond or so. */
const MAX_DIGEST_BYTES = 1024 * 1024;

/** Whether a value is bytes, which stand for anything, rather than numbers. */
export function isBytes(value: object): value is NodeJS.ArrayBufferView | ArrayBufferLike {
  return types.isUint8Array(value) || types.isAnyArrayBuffer(value) || types.isDataView(value);
}

/**
 * What is kept of bytes: how many they are, and their SHA-256, in hexadecimal, up to 1 MiB. Not the bytes themselves,
 * where no pattern would find anything.
 */
export function cleanBytes(value: NodeJS.ArrayBufferView | ArrayBufferLike, call: EncodeCall): JsonValue {
  const bytes = ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
  const { length } = bytes;
  if (length > MAX_DIGEST_BYTES) {
    call.adjust('bytes were replaced by their length');
    return { bytes: length };
  }
  call.adjust('bytes were replaced by their length and SHA-256');
  return { bytes: length, sha256: createHash('sha256').update(bytes).digest('hex') };
}
