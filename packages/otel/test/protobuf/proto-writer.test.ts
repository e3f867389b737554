import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { COPY_SLACK, ProtoWriter } from '../../src/protobuf/proto-writer.ts';

const Everything = protobuf
  .parse(`
syntax = "proto3";
message Everything {
  repeated double doubles = 1; repeated fixed64 fixed = 2; repeated uint64 varints = 3; string text = 4; bytes blob = 5;
  sint32 signed = 6; int64 whole = 7; sfixed64 wide = 8; fixed64 nanos = 9; Everything inner = 10; double real = 15;
}`)
  .root.lookupType('Everything');

function decoded(bytes: Uint8Array): Record<string, unknown> {
  return Everything.toObject(Everything.decode(bytes), { longs: String, bytes: Buffer });
}

const whole = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(-(2 ** 63), 2 ** 62, 2 ** 32, -(2 ** 32)),
);

it.each([[undefined], [null], [404], [{}]])(
  'writes no text for %j, and what was written stays as it was',
  (value) => {
    const writer = new ProtoWriter();
    writer.string(4, 'text');
    expect(() => writer.string(4, value as never)).toThrow(TypeError);
    expect(decoded(writer.written)).toEqual({ text: 'text' });
  },
);

describe('a message written back to front', () => {
  it('reads as any other: every type, however small the buffer began', () => {
    fc.assert(
      fc.property(
        fc.record({
          capacity: fc.integer({ min: 0, max: 64 }),
          doubles: fc.array(fc.double()),
          counts: fc.array(fc.maxSafeInteger().map(Math.abs)),
          text: fc.string({ unit: 'grapheme', maxLength: 200 }),
          blob: fc.uint8Array({ maxLength: 200 }),
          signed: fc.integer(),
          whole,
          real: fc.double(),
        }),
        ({ capacity, doubles, counts, text, blob, signed, whole: integer, real }) => {
          const writer = new ProtoWriter(capacity);
          writer.double(15, real);
          const mark = writer.length;
          writer.string(4, text);
          writer.message(10, mark);
          writer.fixed64(8, integer);
          writer.varint(7, integer);
          writer.sint32(6, signed);
          writer.bytes(5, blob);
          writer.string(4, text);
          writer.varints(3, counts);
          writer.fixed64s(2, counts);
          writer.doubles(1, doubles);
          expect(decoded(writer.written)).toEqual({
            ...(doubles.length === 0 ? {} : { doubles }),
            ...(counts.length === 0 ? {} : { fixed: counts.map(String), varints: counts.map(String) }),
            text,
            blob: Buffer.from(blob),
            signed,
            whole: String(BigInt(integer)),
            wide: String(BigInt(integer)),
            inner: { text },
            real,
          });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('takes bytes as hexadecimal digits, in either case', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (bytes, isUpper) => {
        const digits = Buffer.from(bytes).toString('hex');
        const writer = new ProtoWriter(0);
        writer.hex(5, isUpper ? digits.toUpperCase() : digits);
        expect(decoded(writer.written)).toEqual({ blob: Buffer.from(bytes) });
      }),
    );
  });

  it('holds times exactly to the nanosecond', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 18_446_744_072 }),
        fc.integer({ min: 0, max: 999_999_999 }),
        (seconds, nanos) => {
          const writer = new ProtoWriter();
          writer.nanos(9, seconds, nanos);
          expect(decoded(writer.written)).toEqual({
            nanos: String(BigInt(seconds) * 1_000_000_000n + BigInt(nanos)),
          });
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('takes copies of encoded fields bit by bit, NaNs of any kind included', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 9 }), (bytes, behind) => {
        const kept = Buffer.concat([Buffer.alloc(COPY_SLACK), bytes]);
        const writer = new ProtoWriter(0);
        writer.bytes(5, behind);
        writer.copy(new DataView(kept.buffer, kept.byteOffset, kept.length), COPY_SLACK, kept.length);
        expect(writer.written.subarray(0, bytes.length)).toEqual(Buffer.from(bytes));
        expect(decoded(writer.written.subarray(bytes.length))).toEqual({ blob: Buffer.from(behind) });
      }),
    );
    const signallingNaN = Buffer.from([0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0xf0, 0x7f]);
    const writer = new ProtoWriter();
    writer.copy(new DataView(signallingNaN.buffer, signallingNaN.byteOffset, 12), 4, 12);
    expect(writer.written).toEqual(signallingNaN.subarray(4));
  });

  it('begins anew when cleared', () => {
    const writer = new ProtoWriter();
    writer.string(4, 'first');
    writer.clear();
    writer.string(4, 'second');
    expect(decoded(writer.written)).toEqual({ text: 'second' });
  });
});
