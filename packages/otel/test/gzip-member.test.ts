import { constants, gunzipSync, inflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createGzipMember } from '../src/gzip-member.ts';

const HEADER_BYTES = 10;

function packed(pieces: readonly Uint8Array[]): Buffer {
  const member = createGzipMember();
  return Buffer.concat([...pieces.map(member.add), member.end()]);
}

test('whatever its pieces are, it unpacks to all of them', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    // Repeated, so that there is something to refer to.
    fc.tuple(fc.string({ minLength: 1 }), fc.nat(40_000)).map(([text, size]) => Buffer.alloc(size, text)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      expect(gunzipSync(packed(pieces)).equals(Buffer.concat(pieces))).toBe(true);
    }),
  );
});

test('is one member, for readers that stop at the end of the first', () => {
  const pieces = Array.from({ length: 5 }, (_, i) =>
    Buffer.from(`jobs_total{queue="${i}"} ${i}\n`.repeat(50)),
  );
  const inflated = inflateRawSync(packed(pieces).subarray(HEADER_BYTES));
  expect(inflated.toString()).toBe(Buffer.concat(pieces).toString());
});

test('what was added so far can be read before the end', () => {
  const member = createGzipMember();
  const begun = Buffer.concat([member.add(Buffer.from('one, ')), member.add(Buffer.from('two'))]);
  const options = { finishFlush: constants.Z_SYNC_FLUSH };
  expect(gunzipSync(begun, options).toString()).toBe('one, two');
});

test('a byte that was lost on the way is found out', () => {
  const bytes = packed([Buffer.from('one, '), Buffer.from('two')]);
  const checksum = bytes.length - 8;
  bytes.writeUInt32LE((bytes.readUInt32LE(checksum) ^ 1) >>> 0, checksum);
  expect(() => gunzipSync(bytes)).toThrow('incorrect data check');
});
