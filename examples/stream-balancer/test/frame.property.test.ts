import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, type Frame, FrameError, MAX_PAYLOAD } from '../src/frame/frame.ts';
import { createFrameReader } from '../src/frame/reader.ts';

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const frame: fc.Arbitrary<Frame> = fc.record({
  kind: fc.constantFrom('open', 'data', 'answer'),
  stream: uint32,
  sequence: uint32,
  payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});

describe('frames', () => {
  it('arrive as they were sent, wherever the connection cuts them', () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 8 }),
        fc.array(fc.nat(400), { maxLength: 20 }),
        (sent, cuts) => {
          const read = createFrameReader();
          const received = chunksOf(Buffer.concat(sent.map(encodeFrame)), cuts).flatMap((chunk) =>
            read(chunk),
          );
          expect(received.map(({ bytes, ...rest }) => rest)).toEqual(sent);
          expect(received.map(({ bytes }) => bytes)).toEqual(sent.map(encodeFrame));
        },
      ),
    );
  });

  it('are refused when any one bit behind the length is another', () => {
    fc.assert(
      fc.property(frame, fc.nat(), (sent, at) => {
        const bytes = encodeFrame(sent);
        const bit = 32 + (at % ((bytes.length - 4) * 8));
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        expect(() => createFrameReader()(bytes)).toThrow(FrameError);
      }),
    );
  });

  it('are refused before anything is buffered when their length cannot be', () => {
    fc.assert(
      fc.property(
        uint32.filter((length) => length < 13 || length > 13 + MAX_PAYLOAD),
        (length) => {
          const bytes = Buffer.alloc(4);
          bytes.writeUInt32BE(length);
          expect(() => createFrameReader()(bytes)).toThrow(`a length of ${length}`);
        },
      ),
    );
  });

  it('have a payload of at most a mebibyte', () => {
    const sent: Frame = { kind: 'data', stream: 1, sequence: 1, payload: Buffer.alloc(MAX_PAYLOAD) };
    expect(createFrameReader()(encodeFrame(sent))).toHaveLength(1);
    expect(() => encodeFrame({ ...sent, payload: Buffer.alloc(MAX_PAYLOAD + 1) })).toThrow(FrameError);
  });
});

/** The bytes in pieces of these sizes, the rest in one. */
function chunksOf(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  let rest = bytes;
  const chunks = sizes.map((size) => {
    const chunk = rest.subarray(0, size);
    rest = rest.subarray(size);
    return chunk;
  });
  return [...chunks, rest];
}
