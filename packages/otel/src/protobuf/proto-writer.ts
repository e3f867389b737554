import { describeValue } from '@org/instrument-core';
import { highWord, nibble } from './bits.ts';

/** Bytes that `copy` may touch in front of what it was asked for: it moves four at a time. */
export const COPY_SLACK = 4;

// Wire types (protobuf documentation, "Encoding", "Message Structure").
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

const WORD = 2 ** 32;
const NANOS_PER_SECOND = 1_000_000_000;
const NANOS_PER_MILLI = 1_000_000;
/** 5: a varint of 32 bits has as many groups of seven. */
const MAX_LENGTH_BYTES = 5;
const FIRST_CAPACITY = 1_024;
// Below this many UTF-16 units, a loop over the characters is faster than the calls into Node's encoder.
const SHORT_TEXT = 24;
// Up to this many bytes, copying word by word is faster than the call into Node.
const SHORT_COPY = 512;

/**
 * Writes protobuf messages **back to front** into one buffer: the last field first, and of a list the last element
 * first. A message is preceded by its length; written in this order, the length is known when its turn comes, so that
 * nothing is measured beforehand or moved afterwards. What comes out reads like any other encoding.
 *
 * Every method makes room for what it writes. Field numbers must be below 16, so that a tag is one byte, unless a method
 * says otherwise. 64-bit integers are given as numbers and wrap as in two's complement; what is no number counts as 0.
 */
export class ProtoWriter {
  #bytes: Buffer;
  #view: DataView;
  /** Where what is written begins. */
  #at: number;

  /** @param capacity bytes to begin with */
  constructor(capacity: number = FIRST_CAPACITY) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
    this.#view = new DataView(this.#bytes.buffer);
    this.#at = capacity;
  }

  /** Bytes written. */
  get length(): number {
    return this.#bytes.length - this.#at;
  }

  /** What is written: a part of the writer's buffer, until `clear`. */
  get written(): Buffer {
    return this.#bytes.subarray(this.#at);
  }

  /** Forgets what is written, and keeps the buffer. */
  clear(): void {
    this.#at = this.#bytes.length;
  }

  /** Forgets what was written since `length` was `mark`. */
  rewind(mark: number): void {
    this.#at = this.#bytes.length - mark;
  }

  /** Makes a message, field `field` of the one around it, of all that was written since `length` was `mark`. */
  message(field: number, mark: number): void {
    this.#lengthAndTag(field, this.length - mark);
  }

  /** Fields of type `double`. */
  double(field: number, value: number): void {
    const at = this.#back(9);
    this.#view.setUint8(at, (field << 3) | FIXED64);
    this.#view.setFloat64(at + 1, value, true);
  }

  /** Fields of type `fixed32`, of any number below 2048: spans have one of number 16. */
  fixed32(field: number, value: number): void {
    const tag = (field << 3) | FIXED32;
    const at = this.#back(tag > 0x7f ? 6 : 5);
    if (tag > 0x7f) {
      this.#view.setUint8(at, (tag & 0x7f) | 0x80);
      this.#view.setUint8(at + 1, tag >>> 7);
    } else this.#view.setUint8(at, tag);
    this.#view.setUint32(at + (tag > 0x7f ? 2 : 1), value, true);
  }

  /** Fields of type `fixed64` and `sfixed64`. */
  fixed64(field: number, value: number): void {
    const at = this.#back(9);
    this.#view.setUint8(at, (field << 3) | FIXED64);
    this.#view.setUint32(at + 1, value >>> 0, true);
    this.#view.setUint32(at + 5, highWord(value), true);
  }

  /** Fields of type `fixed64` that hold Unix time in nanoseconds; exact, as no number is. */
  nanos(field: number, seconds: number, nanoseconds: number): void {
    // Seconds are split at bit 16, so that no product is beyond 2^53.
    const upper = Math.floor(seconds / 0x10000) * NANOS_PER_SECOND;
    const carried = Math.floor(upper / 0x10000);
    const rest = (upper - carried * 0x10000) * 0x10000 + (seconds & 0xffff) * NANOS_PER_SECOND + nanoseconds;
    const at = this.#back(9);
    this.#view.setUint8(at, (field << 3) | FIXED64);
    this.#view.setUint32(at + 1, rest >>> 0, true);
    this.#view.setUint32(at + 5, (carried + Math.floor(rest / WORD)) >>> 0, true);
  }

  /** As {@link nanos}, of Unix time in milliseconds. */
  millis(field: number, unixMillis: number): void {
    const seconds = Math.trunc(unixMillis / 1_000);
    this.nanos(field, seconds, Math.round((unixMillis - seconds * 1_000) * NANOS_PER_MILLI));
  }

  /** Fields of type `int64`, `uint32`, `bool` and enumerations. */
  varint(field: number, value: number): void {
    this.#varint(value);
    this.#tag(field, VARINT);
  }

  /** Fields of type `sint32`. */
  sint32(field: number, value: number): void {
    this.varint(field, ((value << 1) ^ (value >> 31)) >>> 0);
  }

  /** Fields of type `string`. Throws at what is none: a length that is no number would spoil what is written already. */
  string(field: number, text: string): void {
    if (typeof text !== 'string') throw new TypeError(`expected a text, found ${describeValue(text)}`);
    const { length } = text;
    if (length > SHORT_TEXT || !this.#ascii(text)) {
      const size = Buffer.byteLength(text);
      // Moving back may replace the buffer, so it comes first.
      const at = this.#back(size);
      this.#bytes.write(text, at);
      this.#lengthAndTag(field, size);
    } else this.#lengthAndTag(field, length);
  }

  /** Fields of type `bytes`. */
  bytes(field: number, bytes: Uint8Array): void {
    const at = this.#back(bytes.length);
    this.#bytes.set(bytes, at);
    this.#lengthAndTag(field, bytes.length);
  }

  /** Fields of type `bytes`, given as hexadecimal digits, of which there must be an even number and nothing else. */
  hex(field: number, digits: string): void {
    const size = digits.length >>> 1;
    const start = this.#back(size);
    const view = this.#view;
    for (let i = 0; i < size; i++) {
      const upper = nibble(digits.charCodeAt(i * 2));
      view.setUint8(start + i, (upper << 4) | nibble(digits.charCodeAt(i * 2 + 1)));
    }
    this.#lengthAndTag(field, size);
  }

  /** Fields of type `repeated double`. Nothing is written of none. */
  doubles(field: number, values: readonly number[]): void {
    const size = values.length * 8;
    if (size === 0) return;
    const start = this.#back(size);
    const view = this.#view;
    for (let i = 0; i < values.length; i++) view.setFloat64(start + i * 8, values[i] as number, true);
    this.#lengthAndTag(field, size);
  }

  /** Fields of type `repeated fixed64`. Nothing is written of none. */
  fixed64s(field: number, values: readonly number[]): void {
    const size = values.length * 8;
    if (size === 0) return;
    const start = this.#back(size);
    const view = this.#view;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      view.setUint32(start + i * 8, value >>> 0, true);
      view.setUint32(start + i * 8 + 4, highWord(value), true);
    }
    this.#lengthAndTag(field, size);
  }

  /** Fields of type `repeated uint64`. Nothing is written of none. */
  varints(field: number, values: readonly number[]): void {
    if (values.length === 0) return;
    const mark = this.length;
    for (let i = values.length - 1; i >= 0; i--) this.#varint(values[i] as number);
    this.message(field, mark);
  }

  /**
   * Copies encoded fields: bytes `start` to `end` of `source`, which must have {@link COPY_SLACK} more bytes in front
   * of `start`. Moves 32-bit words, since a float64 that happens to be a NaN may not keep its bits.
   */
  copy(source: DataView, start: number, end: number): void {
    const size = end - start;
    if (this.#at < size + COPY_SLACK) this.#grow(size + COPY_SLACK);
    const view = this.#view;
    const stop = this.#at - size;
    let from = end;
    for (let to = this.#at; to > stop; ) {
      to -= 4;
      from -= 4;
      view.setInt32(to, source.getInt32(from, true), true);
    }
    this.#at = stop;
  }

  /** Four bytes of encoded fields, the first one lowest. */
  word(bytes: number): void {
    const at = this.#back(4);
    this.#view.setUint32(at, bytes, true);
  }

  /** Copies encoded fields from another writer: what was written while its `length` went from `from` to `to`. */
  copyWritten(other: ProtoWriter, from: number, to: number): void {
    if (to - from > SHORT_COPY) {
      const end = other.#bytes.length;
      const at = this.#back(to - from);
      other.#bytes.copy(this.#bytes, at, end - to, end - from);
    } else {
      if (other.#at < COPY_SLACK) other.#grow(COPY_SLACK);
      const { length } = other.#bytes;
      this.copy(other.#view, length - to, length - from);
    }
  }

  /** Writes text if it is ASCII; otherwise nothing, and says so. */
  #ascii(text: string): boolean {
    const start = this.#back(text.length);
    const view = this.#view;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) {
        this.#at = start + text.length;
        return false;
      }
      view.setUint8(start + i, code);
    }
    return true;
  }

  #tag(field: number, wireType: number): void {
    const at = this.#back(1);
    this.#view.setUint8(at, (field << 3) | wireType);
  }

  #lengthAndTag(field: number, length: number): void {
    if (length > 0x7f) {
      this.#varint(length);
      this.#tag(field, LENGTH_DELIMITED);
    } else {
      const at = this.#back(2);
      this.#view.setUint8(at, (field << 3) | LENGTH_DELIMITED);
      this.#view.setUint8(at + 1, length);
    }
  }

  #varint(value: number): void {
    if (!(value >= 0 && value < WORD)) {
      this.#varint64(value >>> 0, highWord(value));
      return;
    }
    let size = 1;
    for (let rest = value >>> 7; rest !== 0; rest >>>= 7) size++;
    let at = this.#back(size);
    let rest = value >>> 0;
    for (; rest > 0x7f; rest >>>= 7) this.#view.setUint8(at++, (rest & 0x7f) | 0x80);
    this.#view.setUint8(at, rest);
  }

  #varint64(low: number, high: number): void {
    const groups: number[] = [];
    let [rest, restHigh] = [low, high];
    while (restHigh > 0 || rest > 0x7f) {
      groups.push((rest & 0x7f) | 0x80);
      rest = ((rest >>> 7) | (restHigh << 25)) >>> 0;
      restHigh >>>= 7;
    }
    groups.push(rest);
    const at = this.#back(groups.length);
    this.#bytes.set(groups, at);
  }

  /** Makes room for `size` bytes in front of what is written, and returns where they begin. */
  #back(size: number): number {
    if (this.#at < size) this.#grow(size);
    this.#at -= size;
    return this.#at;
  }

  #grow(size: number): void {
    const { length } = this;
    const grown = Buffer.allocUnsafeSlow(Math.max(length + size + MAX_LENGTH_BYTES, this.#bytes.length * 2));
    this.#at = grown.length - length;
    this.#bytes.copy(grown, this.#at, this.#bytes.length - length);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
