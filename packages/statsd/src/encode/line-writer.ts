import { ByteWriter } from '@org/instrument-core';
import type { Batch } from './batch.ts';

const FIRST_BYTES = 16 * 1024;
const LINE_FEED = 10;
const COLON = 58;
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
 */
export class LineWriter extends ByteWriter {
  readonly #maxPacketBytes: number;
  #packets: Packets = { starts: [], ends: [], lines: [] };
  #packetStart = 0;
  #packetLines = 0;
  #unitStart = 0;
  #unitLines = 0;
  #tooLong = 0;

  constructor(maxPacketBytes: number) {
    super(FIRST_BYTES);
    this.#maxPacketBytes = maxPacketBytes;
  }

  /** Lines left out because they, with what belongs to them, are longer than a packet. */
  get tooLong(): number {
    return this.#tooLong;
  }

  /** Begins anew, in the same buffer unless the last batch is still in use. */
  begin(isInUse: boolean): void {
    if (isInUse) {
      this.renew(this.buffer.length);
      this.#packets = { starts: [], ends: [], lines: [] };
    } else {
      this.#packets.starts.length = 0;
      this.#packets.ends.length = 0;
      this.#packets.lines.length = 0;
    }
    this.truncate(0);
    this.#packetStart = 0;
    this.#packetLines = 0;
    this.#unitStart = 0;
    this.#unitLines = 0;
    this.#tooLong = 0;
  }

  /** Parts two values of one line. */
  colon(): void {
    this.byte(COLON);
  }

  /** Writes a finite number, at most {@link NUMBER_BYTES}. */
  number(value: number): void {
    if (Number.isSafeInteger(value)) this.integer(value);
    else this.ascii(String(value));
  }

  /** Ends a line; the next one belongs to it until `endUnit`. */
  endLine(): void {
    this.byte(LINE_FEED);
    this.#unitLines++;
  }

  /** Puts the lines since the last call into the packet, or into the next one where they do not fit any more. */
  endUnit(): void {
    // The last line feed of a packet is not sent.
    if (this.length - 1 - this.#unitStart > this.#maxPacketBytes) {
      this.truncate(this.#unitStart);
      this.#tooLong += this.#unitLines;
    } else {
      if (this.length - 1 - this.#packetStart > this.#maxPacketBytes) this.#cut(this.#unitStart);
      this.#packetLines += this.#unitLines;
    }
    this.#unitStart = this.length;
    this.#unitLines = 0;
  }

  /** Ends the last packet, and hands over what was written, which is good until `begin`. */
  finish(): Batch {
    const { buffer, length } = this;
    if (length > this.#packetStart) this.#cut(length);
    return { bytes: buffer, ...this.#packets };
  }

  #cut(end: number): void {
    const { starts, ends, lines } = this.#packets;
    starts.push(this.#packetStart);
    ends.push(end - 1);
    lines.push(this.#packetLines);
    this.#packetStart = end;
    this.#packetLines = 0;
  }
}
