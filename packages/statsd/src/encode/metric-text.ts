import type { Attributes } from '@opentelemetry/api';
import type { Dialect, Tag } from '../dialect/dialect.ts';
import { SeriesText } from './series-text.ts';
import { tagsOf } from './tags-of.ts';
import { TwinSeries } from './twin-series.ts';

/** Series of a metric, by number; a number keeps its attributes. */
export interface NumberedSeries {
  /** How many series numbers exist. */
  readonly size: number;
  attributes(series: number): Attributes;
}

/** Renders the text of a metric's series, and keeps it: one slab for the metric, and one for each of its statistics. */
export class MetricText {
  readonly #name: string;
  readonly #dialect: Dialect;
  readonly #common: readonly Tag[];
  readonly #slabs = new Map<string, SeriesText>();
  readonly #twins = new TwinSeries();

  /** @param common tags of every series, sorted by key */
  constructor(name: string, dialect: Dialect, common: readonly Tag[]) {
    this.#name = name;
    this.#dialect = dialect;
    this.#common = common;
  }

  /** The text of a series under the metric's name with `suffix` behind, ready to be written. */
  prepared(suffix: string, metric: NumberedSeries, series: number): SeriesText {
    let text = this.#slabs.get(suffix);
    if (text === undefined) {
      text = new SeriesText();
      this.#slabs.set(suffix, text);
    }
    if (text.has(series)) return text;
    const tags = tagsOf(metric.attributes(series), this.#common);
    const head = `${this.#dialect.head(`${this.#name}${suffix}`, tags)}:`;
    text.keep(series, { head, tail: this.#dialect.tail(tags) }, metric.size);
    return text;
  }

  /**
   * By series, others whose text is the same: what the dialect takes out of attributes can make them so. `undefined` while there
   * are none.
   *
   * @param suffix one that is written of every series; always the same
   */
  twins(
    suffix: string,
    metric: NumberedSeries & { has(series: number): boolean },
  ): ReadonlyMap<number, readonly number[]> | undefined {
    for (let series = 0; series < metric.size; series++) {
      if (this.#twins.has(series) || !metric.has(series)) continue;
      this.#twins.add(series, this.prepared(suffix, metric, series));
    }
    return this.#twins.others;
  }
}
