import { ByteWriter } from '@org/instrument-core';
import { type Chunks, createChunks } from './chunks.ts';
import { valueText } from './number-text.ts';

const NOTHING = Buffer.alloc(0);
const LINE_FEED = 10;

/** Writes the lines of an exposition, in chunks. */
export class TextWriter extends ByteWriter {
  readonly #chunks: Chunks;

  /** @param chunks where its buffers come from */
  constructor(chunks: Chunks = createChunks()) {
    super(chunks.next());
    this.#chunks = chunks;
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
  take(): Buffer {
    if (this.length === 0) return NOTHING;
    const taken = this.rest();
    this.renew(this.#chunks.next());
    return taken;
  }

  /** Hands over what was written since; nothing may be written any more. */
  rest(): Buffer {
    return this.buffer.subarray(0, this.length);
  }
}
