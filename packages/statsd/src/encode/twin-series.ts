import type { SeriesText } from './series-text.ts';

const INITIAL_SLOTS = 16;

/** Finds the series of a metric whose text is the same as that of another. Costs 9 to 12 bytes per series. */
export class TwinSeries {
  /** Series + 1 by hash; 0 is free. */
  #slots = new Int32Array(INITIAL_SLOTS);
  /** By series; 0 says that it was not added yet. */
  #hashes = new Int32Array(INITIAL_SLOTS);
  #size = 0;
  #others: Map<number, number[]> | undefined;

  /** By series, others with the same text, for which it stands; `undefined` as long as there are none. */
  get others(): ReadonlyMap<number, readonly number[]> | undefined {
    return this.#others;
  }

  /** Whether a series was added. */
  has(series: number): boolean {
    return series < this.#hashes.length && this.#hashes[series] !== 0;
  }

  /** Adds a series whose text is kept. The first of those with the same text stands for the others. */
  add(series: number, text: SeriesText): void {
    // Never 0.
    const hash = text.hash(series) || 1;
    if (series >= this.#hashes.length) this.#hashes = grown(this.#hashes, series + 1);
    this.#hashes[series] = hash;
    let slot = this.#slotOf(hash);
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & (this.#slots.length - 1)) {
      const first = (this.#slots[slot] as number) - 1;
      if (this.#hashes[first] !== hash || !text.isSame(first, series)) continue;
      this.#keepTwin(first, series);
      return;
    }
    this.#slots[slot] = series + 1;
    if (++this.#size * 4 > this.#slots.length * 3) this.#rehash();
  }

  #keepTwin(first: number, series: number): void {
    this.#others ??= new Map();
    const known = this.#others.get(first);
    if (known === undefined) this.#others.set(first, [series]);
    else known.push(series);
  }

  #slotOf(hash: number): number {
    return (hash ^ (hash >>> 15)) & (this.#slots.length - 1);
  }

  #rehash(): void {
    const taken = this.#slots.filter((entry) => entry !== 0);
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (const entry of taken) {
      let slot = this.#slotOf(this.#hashes[entry - 1] as number);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (this.#slots.length - 1);
      this.#slots[slot] = entry;
    }
  }
}

function grown(array: Int32Array, needed: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(Math.max(needed, Math.ceil(array.length * 1.25)));
  copy.set(array);
  return copy;
}
