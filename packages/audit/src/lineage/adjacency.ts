/** Lists of small numbers, one for each of many things, in two arrays: four bytes a number. */
export class Adjacency {
  readonly #starts: Uint32Array;
  readonly #items: Uint32Array;

  /** Turns lists around: for each of `size` things, the positions of the lists that it is in. */
  constructor(size: number, lists: readonly (readonly number[])[]) {
    this.#starts = new Uint32Array(size + 1);
    let count = 0;
    for (const list of lists) {
      count += list.length;
      for (const thing of list) (this.#starts[thing + 1] as number)++;
    }
    for (let i = 1; i <= size; i++) (this.#starts[i] as number) += this.#starts[i - 1] as number;
    this.#items = new Uint32Array(count);
    const next = this.#starts.slice();
    for (const [position, list] of lists.entries()) {
      for (const thing of list) this.#items[(next[thing] as number)++] = position;
    }
  }

  /** Whether a thing is in any list. */
  has(thing: number): boolean {
    return this.#starts[thing] !== this.#starts[thing + 1];
  }

  /** Positions of the lists that a thing is in, ascending. */
  of(thing: number): Uint32Array {
    return this.#items.subarray(this.#starts[thing], this.#starts[thing + 1]);
  }
}
