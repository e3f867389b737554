import { TwinTable } from '@org/instrument-core';
import type { SeriesText } from './series-text.ts';

/** Finds the series of a metric whose text is the same as that of another. */
export class TwinSeries {
  readonly #table = new TwinTable();
  #others: Map<number, number[]> | undefined;

  /** By series, others with the same text, for which it stands; `undefined` as long as there are none. */
  get others(): ReadonlyMap<number, readonly number[]> | undefined {
    return this.#others;
  }

  /** Whether a series was added. */
  has(series: number): boolean {
    return this.#table.has(series);
  }

  /** Adds a series whose text is kept. The first of those with the same text stands for the others. */
  add(series: number, text: SeriesText): void {
    const first = this.#table.add(series, text.hash(series), (other) => text.isSame(other, series));
    if (first === series) return;
    this.#others ??= new Map();
    const known = this.#others.get(first);
    if (known === undefined) this.#others.set(first, [series]);
    else known.push(series);
  }
}
