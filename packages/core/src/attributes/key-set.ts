import { valueTable } from './value-table.ts';

/** A set of attribute keys, in the order in which they were first seen together: their canonical order. */
export interface KeySet {
  /** 0, 1, 2, … within one table. */
  readonly id: number;
  readonly keys: readonly string[];
}

/** Equal to no attribute value. */
const NOTHING: unknown = Symbol('nothing');

const multipliers: number[] = [];

/**
 * Multiplier of the hash for the value in one place of the canonical order: odd and random, so that nobody can choose
 * attribute values whose series collide.
 */
export function multiplier(place: number): number {
  while (multipliers.length <= place) multipliers.push((Math.random() * 2 ** 32) | 1);
  return multipliers[place] as number;
}

/**
 * The keys of an attribute object in their own order, resolved to the canonical order of their key set. Keeps the
 * values that it saw last and their numbers.
 */
export class Shape {
  readonly keys: readonly string[];
  readonly keySet: KeySet;
  /** For place `p` of the canonical order: which of `keys` stands there. */
  readonly order: number[];
  /** For key `i`: multiplier of its place, or 0 when a view leaves the key out. */
  readonly factors: number[];
  /** For key `i`: the value seen last, when it was a primitive (an array may have changed since). */
  readonly values: unknown[];
  /** For key `i`: number of the value seen last. */
  readonly ids: number[];
  /** Series of the values seen last, or -1 when it is not known. */
  series = -1;
  /** Hash of the numbers: a sum of products, so that it is the same for every order of the same keys. */
  hash: number;

  constructor(keys: readonly string[], keySet: KeySet) {
    this.keys = keys;
    this.keySet = keySet;
    const indexes = new Map(keys.map((key, i) => [key, i]));
    this.order = keySet.keys.map((key) => indexes.get(key) as number);
    this.factors = keys.map(() => 0);
    for (const [place, i] of this.order.entries()) this.factors[i] = multiplier(place);
    this.values = keys.map(() => NOTHING);
    this.ids = keys.map(() => 0);
    this.hash = keySet.id;
  }

  /** Whether key `i` tells series apart: a view may leave it out. */
  keeps(i: number): boolean {
    return this.factors[i] !== 0;
  }

  /** Takes the value of key `i`. Returns false when it is kept and not in the value table. */
  take(i: number, value: unknown): boolean {
    if (!this.keeps(i)) return true;
    const id = valueTable.find(value);
    if (id === undefined) return false;
    this.values[i] = typeof value === 'object' ? NOTHING : valueTable.owned(value, id);
    this.number(i, id);
    return true;
  }

  /** Sets the number of the value of key `i`, and brings the hash after it. */
  number(i: number, id: number): void {
    this.hash = (this.hash + Math.imul(id - (this.ids[i] as number), this.factors[i] as number)) | 0;
    this.ids[i] = id;
    this.series = -1;
  }
}

/** Which keys a view keeps. */
export type KeyFilter = (key: string) => boolean;

/** Node of the trie from key sequences to shapes. */
interface ShapeNode {
  shape: Shape | undefined;
  readonly next: Map<string, ShapeNode>;
}

/**
 * Sequences kept, at up to 3 KB each; further ones are resolved anew each time, for some microseconds. Programs have a
 * handful; the bound is for keys made of data.
 */
const MAX_SHAPES = 256;

/** Resolves sequences of attribute keys to shapes. */
export class ShapeTable {
  readonly #root: ShapeNode = { shape: undefined, next: new Map() };
  readonly #keySets = new Map<string, KeySet>();
  readonly #byId: KeySet[] = [];
  readonly #keeps: KeyFilter | undefined;
  #count = 0;

  constructor(keeps?: KeyFilter) {
    this.#keeps = keeps;
  }

  /** The key set of a number. */
  keySet(id: number): KeySet {
    return this.#byId[id] as KeySet;
  }

  /** The shape of an object's own keys. `undefined` when their set is new and `mayAdd` is false. */
  resolve(attributes: object, mayAdd: boolean): Shape | undefined {
    const keys = Object.keys(attributes);
    let node: ShapeNode | undefined = this.#root;
    for (let i = 0; node !== undefined && i < keys.length; i++) node = node.next.get(keys[i] as string);
    if (node?.shape !== undefined) return node.shape;
    const keySet = this.#intern(this.#keeps === undefined ? keys : keys.filter(this.#keeps), mayAdd);
    if (keySet === undefined) return undefined;
    const shape = new Shape(keys, keySet);
    if (this.#count < MAX_SHAPES) this.#keep(shape);
    return shape;
  }

  /** A shape of these keys that no view's filter applies to. */
  unfiltered(keys: readonly string[]): Shape {
    return new Shape(keys, this.#intern(keys, true) as KeySet);
  }

  #keep(shape: Shape): void {
    let node = this.#root;
    for (const key of shape.keys) {
      const next: ShapeNode = node.next.get(key) ?? { shape: undefined, next: new Map() };
      node.next.set(key, next);
      node = next;
    }
    node.shape = shape;
    this.#count++;
  }

  #intern(keys: readonly string[], mayAdd: boolean): KeySet | undefined {
    // Reached once per new order of keys: here sorting and JSON cost nothing that matters.
    const name = JSON.stringify([...keys].sort());
    const known = this.#keySets.get(name);
    if (known !== undefined || !mayAdd) return known;
    const keySet: KeySet = { id: this.#byId.length, keys };
    this.#keySets.set(name, keySet);
    this.#byId.push(keySet);
    return keySet;
  }
}
