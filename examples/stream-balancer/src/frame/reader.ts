import {
  decodeFrame,
  FrameError,
  HEADER_BYTES,
  LENGTH_BYTES,
  MAX_PAYLOAD,
  type ReceivedFrame,
} from './frame.ts';

/**
 * Cuts what a connection brings into frames, wherever its chunks happen to end. Returns the function that takes a
 * chunk and gives the frames that are complete; it throws {@link FrameError} for bytes that are none, and keeps no
 * more than one frame.
 */
export function createFrameReader(): (chunk: Buffer) => ReceivedFrame[] {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const frames: ReceivedFrame[] = [];
    for (let size = frameSize(bytes); size !== undefined && size <= bytes.length; size = frameSize(bytes)) {
      frames.push(decodeFrame(bytes.subarray(0, size)));
      bytes = bytes.subarray(size);
    }
    rest = bytes;
    return frames;
  };
}

/** Bytes of the frame that begins here; `undefined` when its length is not there yet. */
function frameSize(bytes: Buffer): number | undefined {
  if (bytes.length < LENGTH_BYTES) return undefined;
  const length = bytes.readUInt32BE(0);
  if (length < HEADER_BYTES || length > HEADER_BYTES + MAX_PAYLOAD) {
    throw new FrameError(`a length of ${length}; expected ${HEADER_BYTES} to ${HEADER_BYTES + MAX_PAYLOAD}`);
  }
  return LENGTH_BYTES + length;
}
