const INITIAL_SLOTS = 16;

/** Finds the first of the series that are the same to whoever reads them. Costs 9 to 12 bytes per series. */
export class TwinTable {
  /** Series + 1 by hash; 0 is free. */
  #slots = new Int32Array(INITIAL_SLOTS);
  /** By series; 0 says that it was not added yet. */
  #hashes: Int32Array = new Int32Array(INITIAL_SLOTS);
  #size = 0;

  /** Whether a series was added. */
  has(series: number): boolean {
    return series < this.#hashes.length && this.#hashes[series] !== 0;
  }

  /**
   * Adds a series. Returns the one that was added first of those that are the same: this one, unless there is another.
   *
   * @param hash the same for all that are the same
   * @param isSame whether another one is
   */
  add(series: number, hash: number, isSame: (other: number) => boolean): number {
    const kept = hash || 1;
    if (series >= this.#hashes.length) this.#hashes = grown(this.#hashes, series + 1);
    this.#hashes[series] = kept;
    let slot = this.#slotOf(kept);
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & (this.#slots.length - 1)) {
      const other = (this.#slots[slot] as number) - 1;
      if (this.#hashes[other] === kept && isSame(other)) return other;
    }
    this.#slots[slot] = series + 1;
    if (++this.#size * 4 > this.#slots.length * 3) this.#rehash();
    return series;
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

function grown(array: Int32Array, needed: number): Int32Array {
  const copy = new Int32Array(Math.max(needed, Math.ceil(array.length * 1.25)));
  copy.set(array);
  return copy;
}
