import type { Batch } from './batch.ts';
import { COPY_SLACK, type Fragment } from './fragment.ts';

const FIRST_BYTES = 16 * 1024;
const ZERO = 48;
const LINE_FEED = 10;
const COLON = 58;
const MINUS = 45;
const BILLION = 1_000_000_000;
/** Bytes of the longest number in JavaScript's shortest form: `-1.2345678901234567e-308`. */
export const NUMBER_BYTES = 25;

interface Packets {
  readonly starts: number[];
  readonly ends: number[];
  readonly lines: number[];
}

/**
 * Writes lines as bytes into one buffer, and fills packets with them to the byte. What is written between two calls of
 * `endUnit` is in one packet. `reserve` makes room; all that write rely on it and do not check.
 *
 * It copies eight bytes at a time, the fastest way there is in JavaScript: a float64 keeps its bits unless it is a NaN,
 * and no eight bytes of UTF-8 are one.
 */
export class LineWriter {
  readonly #maxPacketBytes: number;
  #bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #view: DataView = new DataView(this.#bytes.buffer);
  #packets: Packets = { starts: [], ends: [], lines: [] };
  #length = 0;
  #packetStart = 0;
  #packetLines = 0;
  #unitStart = 0;
  #unitLines = 0;
  #tooLong = 0;

  constructor(maxPacketBytes: number) {
    this.#maxPacketBytes = maxPacketBytes;
  }

  /** Lines left out because they, with what belongs to them, are longer than a packet. */
  get tooLong(): number {
    return this.#tooLong;
  }

  /** Begins anew, in the same buffer unless the last batch is still in use. */
  begin(isInUse: boolean): void {
    if (isInUse) {
      this.#bytes = Buffer.allocUnsafeSlow(this.#bytes.length);
      this.#view = new DataView(this.#bytes.buffer);
      this.#packets = { starts: [], ends: [], lines: [] };
    } else {
      this.#packets.starts.length = 0;
      this.#packets.ends.length = 0;
      this.#packets.lines.length = 0;
    }
    this.#length = 0;
    this.#packetStart = 0;
    this.#packetLines = 0;
    this.#unitStart = 0;
    this.#unitLines = 0;
    this.#tooLong = 0;
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

  /** Parts two values of one line. */
  colon(): void {
    this.#view.setUint8(this.#length++, COLON);
  }

  /** Writes a finite number, at most {@link NUMBER_BYTES}. */
  number(value: number): void {
    if (Number.isSafeInteger(value)) this.#integer(value);
    else this.ascii(String(value));
  }

  /** Writes text of ASCII characters. */
  ascii(text: string): void {
    const view = this.#view;
    for (let i = 0; i < text.length; i++) view.setUint8(this.#length + i, text.charCodeAt(i));
    this.#length += text.length;
  }

  /** Ends a line; the next one belongs to it until `endUnit`. */
  endLine(): void {
    this.#view.setUint8(this.#length++, LINE_FEED);
    this.#unitLines++;
  }

  /** Puts the lines since the last call into the packet, or into the next one where they do not fit any more. */
  endUnit(): void {
    // The last line feed of a packet is not sent.
    if (this.#length - 1 - this.#unitStart > this.#maxPacketBytes) {
      this.#length = this.#unitStart;
      this.#tooLong += this.#unitLines;
    } else {
      if (this.#length - 1 - this.#packetStart > this.#maxPacketBytes) this.#cut(this.#unitStart);
      this.#packetLines += this.#unitLines;
    }
    this.#unitStart = this.#length;
    this.#unitLines = 0;
  }

  /** Ends the last packet, and hands over what was written, which is good until `begin`. */
  finish(): Batch {
    if (this.#length > this.#packetStart) this.#cut(this.#length);
    return { bytes: this.#bytes, ...this.#packets };
  }

  #cut(end: number): void {
    const { starts, ends, lines } = this.#packets;
    starts.push(this.#packetStart);
    ends.push(end - 1);
    lines.push(this.#packetLines);
    this.#packetStart = end;
    this.#packetLines = 0;
  }

  #integer(value: number): void {
    let rest = value;
    if (rest < 0) {
      this.#view.setUint8(this.#length++, MINUS);
      rest = -rest;
    }
    if (rest < BILLION) {
      this.#digits(rest, digitCount(rest));
      return;
    }
    const high = Math.floor(rest / BILLION);
    this.#digits(high, digitCount(high));
    this.#digits(rest - high * BILLION, 9);
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
