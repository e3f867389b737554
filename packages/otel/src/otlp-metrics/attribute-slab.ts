import type { CollectedMetric } from '@org/instrument-core';
import { writeAttributes } from '../protobuf/attributes.ts';
import { COPY_SLACK, ProtoWriter } from '../protobuf/proto-writer.ts';

const INITIAL_BYTES = 256;
const INITIAL_SERIES = 4;
// Slabs are kept for the life of a metric, so they grow in small steps: at most a quarter of one is unused…
const GROWTH = 1.25;
// …unless what is encoded so far says that more will be needed at once.
const FAST_GROWTH = 2;
/** Where attributes are encoded before they are kept. */
const scratch = new ProtoWriter();

/**
 * The attributes of a metric's series, each set encoded once and kept as bytes in one slab. Costs the bytes and 8 more
 * per series.
 */
export class AttributeSlab {
  readonly #field: number;
  #bytes = Buffer.alloc(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
  #starts = new Uint32Array(INITIAL_SERIES);
  /** 0 says that a series is not encoded yet; nothing is kept in front of COPY_SLACK. */
  #ends = new Uint32Array(INITIAL_SERIES);
  #used = COPY_SLACK;
  /** How many series are encoded. */
  #encoded = 0;

  /** @param field number of the field `attributes` in the metric's kind of data point */
  constructor(field: number) {
    this.#field = field;
  }

  /** Writes the attributes of a series. */
  write(writer: ProtoWriter, metric: CollectedMetric, series: number): void {
    if (series >= this.#ends.length || this.#ends[series] === 0) this.#encode(metric, series);
    writer.copy(this.#view, this.#starts[series] as number, this.#ends[series] as number);
  }

  #encode(metric: CollectedMetric, series: number): void {
    if (series >= this.#ends.length) this.#growTable(Math.max(series + 1, metric.size));
    scratch.clear();
    writeAttributes(scratch, this.#field, metric.attributes(series));
    const { written } = scratch;
    const needed = this.#used + written.length;
    this.#encoded++;
    if (needed > this.#bytes.length) this.#growBytes(needed, (needed / this.#encoded) * metric.size);
    this.#bytes.set(written, this.#used);
    this.#starts[series] = this.#used;
    this.#used += written.length;
    this.#ends[series] = this.#used;
  }

  #growTable(series: number): void {
    const length = Math.ceil(series * GROWTH);
    const starts = new Uint32Array(length);
    const ends = new Uint32Array(length);
    starts.set(this.#starts);
    ends.set(this.#ends);
    this.#starts = starts;
    this.#ends = ends;
  }

  #growBytes(needed: number, projected: number): void {
    const capacity = Math.min(Math.max(projected, needed * GROWTH), needed * FAST_GROWTH);
    const grown = Buffer.alloc(Math.ceil(capacity));
    this.#bytes.copy(grown, 0, 0, this.#used);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer, grown.byteOffset, grown.length);
  }
}
