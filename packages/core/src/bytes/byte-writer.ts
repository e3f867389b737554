import { COPY_SLACK, type Fragment } from './fragment.ts';

const ZERO = 48;
const MINUS = 45;
const BILLION = 1_000_000_000;
// Below this many UTF-16 units, a loop over the characters is faster than the call into Node's encoder.
const SHORT_TEXT = 24;

/**
 * Writes text as UTF-8 into one growing buffer. `reserve` makes room; all but `text` rely on it and do not check.
 *
 * Of the ways to copy 60–100 bytes a million times — `Buffer.copy`, `set(subarray)`, `latin1Write`, `copyWithin`,
 * a loop over bytes, over 32-bit words, over 64-bit words — the last is three times faster than the best call into
 * the engine and five times faster than the byte loop: `DataView` accesses are inlined, need no alignment, and
 * float64 is the widest type without a BigInt. A float64 keeps its bits unless it is a NaN, and no eight bytes of
 * UTF-8 are one: that takes a byte of 0xF0 or more with 0x7F or 0xFF right behind.
 */
export class ByteWriter {
  #bytes: Buffer;
  #view: DataView;
  #length = 0;

  /** @param space bytes to begin with, or a buffer to write into that has its `ArrayBuffer` for itself */
  constructor(space: number | Buffer) {
    this.#bytes = bufferOf(space);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** The buffer that is written into: good until it grows, or is renewed. */
  get buffer(): Buffer {
    return this.#bytes;
  }

  /** Makes room for `size` more bytes, and for what `copy` touches behind them. */
  reserve(size: number): void {
    const needed = this.#length + size + COPY_SLACK;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }

  /** Copies bytes `start` to `end` of `source`, which must have {@link COPY_SLACK} more bytes behind `end`. */
  copy(source: DataView, start: number, end: number): void {
    const view = this.#view;
    const stop = this.#length + end - start;
    let from = start;
    for (let to = this.#length; to < stop; to += 8) {
      view.setFloat64(to, source.getFloat64(from, true), true);
      from += 8;
    }
    this.#length = stop;
  }

  /** Copies a fragment. */
  fragment(source: Fragment): void {
    this.copy(source.view, 0, source.end);
  }

  /** Writes one byte. */
  byte(value: number): void {
    this.#view.setUint8(this.#length++, value);
  }

  /** Writes text of any characters, making room for it. */
  text(text: string): void {
    this.reserve(text.length * 3);
    if (text.length > SHORT_TEXT || !this.ascii(text)) {
      this.#length += this.#bytes.write(text, this.#length);
    }
  }

  /** Writes a safe integer: at most 17 bytes. */
  integer(value: number): void {
    let rest = value;
    if (rest < 0) {
      this.#view.setUint8(this.#length++, MINUS);
      rest = -rest;
    }
    if (rest < BILLION) this.#digits(rest, digitCount(rest));
    else {
      const high = Math.floor(rest / BILLION);
      this.#digits(high, digitCount(high));
      this.#digits(rest - high * BILLION, 9);
    }
  }

  /** Writes text if it is ASCII; otherwise nothing, and says so. */
  ascii(text: string): boolean {
    const view = this.#view;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return false;
      view.setUint8(this.#length + i, code);
    }
    this.#length += text.length;
    return true;
  }

  /** Forgets what was written from there on. */
  truncate(length: number): void {
    this.#length = length;
  }

  /**
   * Begins anew with another buffer; the old one is whoever's that has it.
   *
   * @param space bytes to begin with, or a buffer to write into that has its `ArrayBuffer` for itself
   */
  renew(space: number | Buffer): void {
    this.#bytes = bufferOf(space);
    this.#view = new DataView(this.#bytes.buffer);
    this.#length = 0;
  }

  #digits(value: number, count: number): void {
    const view = this.#view;
    let rest = value | 0;
    for (let at = this.#length + count - 1; at >= this.#length; at--) {
      const tenth = (rest / 10) | 0;
      view.setUint8(at, ZERO + rest - tenth * 10);
      rest = tenth;
    }
    this.#length += count;
  }
}

function bufferOf(space: number | Buffer): Buffer {
  return typeof space === 'number' ? Buffer.allocUnsafeSlow(space) : space;
}

/** Decimal digits of an integer from 0 to 10^9 - 1. */
function digitCount(value: number): number {
  if (value < 10_000) {
    if (value < 100) return value < 10 ? 1 : 2;
    return value < 1_000 ? 3 : 4;
  }
  if (value < 1_000_000) return value < 100_000 ? 5 : 6;
  if (value < 100_000_000) return value < 10_000_000 ? 7 : 8;
  return 9;
}
