import { COPY_SLACK } from '@org/instrument-core';
import type { ShownMetric } from './folded-metric.ts';
import { LabelSets } from './label-sets.ts';
import { attributeLabels, type Labels, labelText } from './labels.ts';

const INITIAL_BYTES = 256;
const INITIAL_SERIES = 4;
// Slabs are kept for the life of a metric, so they grow in small steps: at most a quarter of one is unused.
const GROWTH = 1.25;
/** In the place of an end: another series has the same labels. */
const FOLDED = 0xffff_ffff;

/**
 * The label text of a metric's series, each rendered once and kept as bytes in one slab: `a="1",b="2",` with the
 * comma behind, so that what follows needs none. Costs the bytes and some 20 more per series.
 *
 * Attributes that differ may be the same labels: `200` and `'200'`, `''` and nothing, `a.b` and `a_b`. Prometheus keeps one of two
 * series that have the same, and says nothing; so the first of them stands for all.
 */
export class LabelSlab {
  readonly #reserved: ReadonlySet<string>;
  #bytes = Buffer.alloc(INITIAL_BYTES);
  #starts = new Uint32Array(INITIAL_SERIES);
  /** 0 says that a series is not rendered yet; nothing is kept at offset 0. */
  #ends = new Uint32Array(INITIAL_SERIES);
  #used = 1;
  #complete = 0;
  readonly #sets = new LabelSets();
  #twins: Map<number, number[]> | undefined;
  #view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);

  /** @param reserved label names that the exporter writes itself */
  constructor(reserved: ReadonlySet<string>) {
    this.#reserved = reserved;
  }

  /** The bytes; another object after `prepare` has rendered something. */
  get view(): DataView {
    return this.#view;
  }

  /** By series, others with the same labels, for which it stands; `undefined` as long as there are none. */
  get twins(): ReadonlyMap<number, readonly number[]> | undefined {
    return this.#twins;
  }

  /** All series below this one are prepared. Those from here on may be, since several scrapes prepare them in turns. */
  get complete(): number {
    return this.#complete;
  }

  /** Renders the labels of a series unless that was done before. */
  prepare(metric: ShownMetric, series: number): void {
    if (this.#isPrepared(series)) return;
    const labels = this.labels(metric, series);
    const first = this.#sets.add(series, labels, (other) => this.labels(metric, other));
    if (first === series) {
      const text = labelText(labels);
      this.#keep(series, text === '' ? '' : `${text},`, metric.size);
    } else this.#fold(series, first, metric.size);
    while (this.#isPrepared(this.#complete)) this.#complete++;
  }

  /** Whether a series is prepared, and no other stands for it. */
  isShown(series: number): boolean {
    return this.#isPrepared(series) && this.#ends[series] !== FOLDED;
  }

  /** The labels of a series, not rendered. */
  labels(metric: ShownMetric, series: number): Labels {
    return attributeLabels(metric.attributes(series), this.#reserved);
  }

  /** Where the text of a prepared series begins in `view`. */
  start(series: number): number {
    return this.#starts[series] as number;
  }

  /** Where the text of a prepared series ends in `view`; equal to `start` when it has no labels. */
  end(series: number): number {
    return this.#ends[series] as number;
  }

  #isPrepared(series: number): boolean {
    return series < this.#ends.length && this.#ends[series] !== 0;
  }

  #fold(series: number, first: number, size: number): void {
    if (series >= this.#ends.length) this.#growTable(Math.max(series + 1, size));
    this.#ends[series] = FOLDED;
    this.#twins ??= new Map();
    this.#twins.set(first, [...(this.#twins.get(first) ?? []), series]);
  }

  #keep(series: number, text: string, size: number): void {
    if (series >= this.#ends.length) this.#growTable(Math.max(series + 1, size));
    const length = Buffer.byteLength(text);
    if (this.#used + length + COPY_SLACK > this.#bytes.length) {
      this.#growBytes(this.#used + length + COPY_SLACK);
    }
    this.#bytes.write(text, this.#used);
    this.#starts[series] = this.#used;
    this.#used += length;
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

  #growBytes(needed: number): void {
    const grown = Buffer.alloc(Math.ceil(Math.max(needed, this.#bytes.length * GROWTH)));
    this.#bytes.copy(grown, 0, 0, this.#used);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer, grown.byteOffset, grown.length);
  }
}
