import { COPY_SLACK } from '@org/instrument-core';
import type { LineWriter } from './line-writer.ts';

const INITIAL_BYTES = 256;
const INITIAL_SERIES = 4;
// Slabs are kept for the life of a metric, so they grow in small steps: at most a quarter of one is unused.
const GROWTH = 1.25;
/** FNV-1a, 32 bits (draft-eastlake-fnv). */
const FNV_PRIME = 0x01000193;
/** Another one in each process, so that no client can choose attributes of the same hash. */
const SEED = (Math.random() * 2 ** 32) | 0;

/** Text of a series: what stands in front of its values, the colon included, and what stands behind. */
export interface RenderedText {
  readonly head: string;
  readonly tail: string;
}

/**
 * The text of a metric's series, each rendered once and kept as bytes in one slab. Costs the bytes and 12 more per
 * series. What `prepare` has not rendered cannot be written.
 */
export class SeriesText {
  #bytes = Buffer.alloc(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
  #starts = new Uint32Array(INITIAL_SERIES);
  #middles = new Uint32Array(INITIAL_SERIES);
  /** 0 says that a series is not rendered yet; nothing is kept at offset 0. */
  #ends = new Uint32Array(INITIAL_SERIES);
  #used = 1;

  /** Whether the text of a series is kept. */
  has(series: number): boolean {
    return series < this.#ends.length && this.#ends[series] !== 0;
  }

  /** Keeps the text of a series; `size` series are expected. */
  keep(series: number, { head, tail }: RenderedText, size: number): void {
    if (series >= this.#ends.length) this.#growTable(Math.max(series + 1, size));
    const room = Buffer.byteLength(head) + Buffer.byteLength(tail) + COPY_SLACK;
    if (this.#used + room > this.#bytes.length) this.#growBytes(this.#used + room);
    this.#starts[series] = this.#used;
    this.#used += this.#bytes.write(head, this.#used);
    this.#middles[series] = this.#used;
    this.#used += this.#bytes.write(tail, this.#used);
    this.#ends[series] = this.#used;
  }

  /** Bytes of a series' text. */
  bytes(series: number): number {
    return (this.#ends[series] as number) - (this.#starts[series] as number);
  }

  /** A hash of a series' text. */
  hash(series: number): number {
    const bytes = this.#bytes;
    const end = this.#ends[series] as number;
    let hash = SEED;
    for (let i = this.#starts[series] as number; i < end; i++) {
      hash = Math.imul(hash ^ (bytes[i] as number), FNV_PRIME);
    }
    return hash;
  }

  /** Whether two series have the same text. */
  isSame(one: number, other: number): boolean {
    return this.#slice(one).equals(this.#slice(other));
  }

  /** The text of a series, a character for each byte. */
  key(series: number): string {
    return this.#slice(series).toString('latin1');
  }

  /** Writes what stands in front of a value. */
  writeHead(writer: LineWriter, series: number): void {
    writer.copy(this.#view, this.#starts[series] as number, this.#middles[series] as number);
  }

  /** Writes what stands behind type and rate. */
  writeTail(writer: LineWriter, series: number): void {
    writer.copy(this.#view, this.#middles[series] as number, this.#ends[series] as number);
  }

  #slice(series: number): Buffer {
    return this.#bytes.subarray(this.#starts[series], this.#ends[series]);
  }

  #growTable(series: number): void {
    const length = Math.ceil(series * GROWTH);
    const grow = (table: Uint32Array): Uint32Array<ArrayBuffer> => {
      const grown = new Uint32Array(length);
      grown.set(table);
      return grown;
    };
    this.#starts = grow(this.#starts);
    this.#middles = grow(this.#middles);
    this.#ends = grow(this.#ends);
  }

  #growBytes(needed: number): void {
    const grown = Buffer.alloc(Math.ceil(Math.max(needed, this.#bytes.length * GROWTH)));
    this.#bytes.copy(grown, 0, 0, this.#used);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer, grown.byteOffset, grown.length);
  }
}
