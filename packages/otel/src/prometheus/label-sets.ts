import type { Labels } from './labels.ts';

const INITIAL_SLOTS = 16;
const SEED = (Math.random() * 2 ** 32) | 0;
/** FNV-1a, 32 bits (draft-eastlake-fnv). */
const FNV_PRIME = 0x01000193;

/** Finds the series of a metric that has the same labels as another. Costs 9 to 12 bytes per series. */
export class LabelSets {
  /** Series + 1 by hash; 0 is free. */
  #slots = new Int32Array(INITIAL_SLOTS);
  #hashes: Int32Array = new Int32Array(INITIAL_SLOTS);
  #size = 0;

  /** The series that was added with these labels first: this one, unless there is another. */
  add(series: number, labels: Labels, labelsOf: (series: number) => Labels): number {
    const hash = hashOf(labels);
    let slot = this.#slotOf(hash);
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & (this.#slots.length - 1)) {
      const other = (this.#slots[slot] as number) - 1;
      if (this.#hashes[other] === hash && areSame(labels, labelsOf(other))) return other;
    }
    this.#slots[slot] = series + 1;
    if (series >= this.#hashes.length) this.#hashes = grown(this.#hashes, series + 1);
    this.#hashes[series] = hash;
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

/** A sum, so that it is the same for every order of the labels. */
function hashOf(labels: Labels): number {
  let hash = 0;
  for (const [name, value] of labels) hash = (hash + mixed(mixed(SEED, name), value)) | 0;
  return hash;
}

function mixed(seed: number, text: string): number {
  let hash = Math.imul(seed ^ text.length, FNV_PRIME);
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return hash;
}

function areSame(a: Labels, b: Labels): boolean {
  if (a.size !== b.size) return false;
  for (const [name, value] of a) if (b.get(name) !== value) return false;
  return true;
}

function grown(array: Int32Array, needed: number): Int32Array {
  const copy = new Int32Array(Math.max(needed, Math.ceil(array.length * 1.25)));
  copy.set(array);
  return copy;
}
