import { crc32 } from 'node:zlib';

/**
 * What a frame is. `open` begins a stream or takes one up again: its sequence number is that of the last answer the
 * sender has. `data` is a job, `answer` its result, with the same sequence number.
 */
export type FrameKind = 'open' | 'data' | 'answer';

/** What travels: a job of a stream, or the answer to it. */
export interface Frame {
  readonly kind: FrameKind;
  /** Number of the stream, chosen by whoever opens it: an unsigned 32-bit integer. */
  readonly stream: number;
  /** 1 for the first job of a stream, each one more; an unsigned 32-bit integer. */
  readonly sequence: number;
  readonly payload: Buffer;
}

/** A frame as it came: `bytes` can be passed on as they are. */
export interface ReceivedFrame extends Frame {
  readonly bytes: Buffer;
}

/** Bytes that are no frame, after which nothing in the connection can be trusted. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** Longest payload in bytes: what one stream can make its receiver buffer. */
export const MAX_PAYLOAD: number = 1024 * 1024;

/** Bytes of the length, which counts what comes after it. */
export const LENGTH_BYTES = 4;
/** Bytes between the length and the payload: kind (1), stream (4), sequence (4), CRC-32 of all but the length (4). */
export const HEADER_BYTES = 13;
const CHECKSUM_AT = 9;

const CODES: Readonly<Record<FrameKind, number>> = { open: 1, data: 2, answer: 3 };
const KINDS: ReadonlyMap<number, FrameKind> = new Map(
  Object.entries(CODES).map(([kind, code]) => [code, kind as FrameKind]),
);

/** The bytes of a frame, big-endian. @throws {FrameError} for a payload that is too long. */
export function encodeFrame({ kind, stream, sequence, payload }: Frame): Buffer {
  if (payload.length > MAX_PAYLOAD) {
    throw new FrameError(`a payload of ${payload.length} bytes; the longest is ${MAX_PAYLOAD}`);
  }
  const bytes = Buffer.allocUnsafe(LENGTH_BYTES + HEADER_BYTES + payload.length);
  bytes.writeUInt32BE(HEADER_BYTES + payload.length, 0);
  bytes.writeUInt8(CODES[kind], LENGTH_BYTES);
  bytes.writeUInt32BE(stream, LENGTH_BYTES + 1);
  bytes.writeUInt32BE(sequence, LENGTH_BYTES + 5);
  payload.copy(bytes, LENGTH_BYTES + HEADER_BYTES);
  bytes.writeUInt32BE(checksum(bytes.subarray(LENGTH_BYTES)), LENGTH_BYTES + CHECKSUM_AT);
  return bytes;
}

/** The frame in exactly these bytes. @throws {FrameError} for an unknown kind and for a wrong checksum. */
export function decodeFrame(bytes: Buffer): ReceivedFrame {
  const body = bytes.subarray(LENGTH_BYTES);
  const code = body.readUInt8(0);
  const kind = KINDS.get(code);
  if (kind === undefined) throw new FrameError(`unknown kind of frame ${code}; known are 1, 2 and 3`);
  const found = body.readUInt32BE(CHECKSUM_AT);
  const expected = checksum(body);
  if (found !== expected) throw new FrameError(`checksum ${found} where the content has ${expected}`);
  return {
    kind,
    stream: body.readUInt32BE(1),
    sequence: body.readUInt32BE(5),
    payload: body.subarray(HEADER_BYTES),
    bytes,
  };
}

/** CRC-32 of the header before the checksum, and of the payload after it. */
function checksum(body: Buffer): number {
  return crc32(body.subarray(HEADER_BYTES), crc32(body.subarray(0, CHECKSUM_AT)));
}
