import { ByteWriter } from '@org/instrument-core';
import { valueText } from './number-text.ts';

/** Bytes a writer is asked for at a time; about what a scrape writes to its socket at once. */
export const CHUNK_BYTES: number = 256 * 1024;

// A chunk is full when CHUNK_BYTES are in it; the series that fills it may reach this far behind without growing it.
const HEADROOM = 16 * 1024;
const LINE_FEED = 10;

/** Writes the lines of an exposition, in chunks. */
export class TextWriter extends ByteWriter {
  /** @param capacity bytes to begin with */
  constructor(capacity: number = CHUNK_BYTES + HEADROOM) {
    super(capacity);
  }

  /** Ends a line. */
  endLine(): void {
    this.byte(LINE_FEED);
  }

  /** Writes a sample's value: at most 25 bytes. */
  number(value: number): void {
    if (Number.isSafeInteger(value)) this.integer(value);
    else this.ascii(valueText(value));
  }

  /** Hands over what was written, and begins anew with another buffer. */
  override take(capacity: number = CHUNK_BYTES + HEADROOM): Buffer {
    return super.take(capacity);
  }
}
