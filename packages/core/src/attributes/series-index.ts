import type { Attributes, AttributeValue } from '@opentelemetry/api';
import { SHARED_LENGTH } from '../own-text.ts';
import { type KeyFilter, multiplier, type Shape, ShapeTable } from './key-set.ts';
import { isAttributeValue, valueTable } from './value-table.ts';

/** What a series index asks of the metric stream that owns it. */
export interface SeriesOwner {
  /** A series was admitted; its cells must exist when this returns. */
  admitted(series: number): void;
  /** A measurement went to the overflow series because the cardinality limit is reached. */
  overflowed(): void;
  /** An attribute was left out because its value is not one that the specification allows. */
  refused(key: string, value: unknown): void;
}

/** Attributes of the series that takes what is beyond the limit (metrics SDK specification, "Cardinality limits"). */
const OVERFLOW: Attributes = { 'otel.metric.overflow': true };
const EMPTY: Attributes = {};
/** 2^32 divided by the golden ratio: brings every bit of a sum of products to the top (Knuth, TAOCP 6.4). */
const HASH_SPREAD = 0x9e3779b1;

const { ids: texts, values: known } = valueTable;

/**
 * Resolves attribute objects to series numbers: 0, 1, 2, … in order of first sighting, the same for any order of keys.
 *
 * An object is read once: its keys are compared with the sequence seen last, its values become numbers through the
 * value table, and the numbers are looked up in an open-addressed table. Nothing is sorted, joined or allocated for an
 * object whose series is known. A series costs 4 bytes per attribute and about 20 more; its attributes are made anew
 * from the numbers when somebody asks for them.
 */
export class SeriesIndex {
  /** Series, the overflow series included, that may exist. */
  limit: number;
  /** Whether a view leaves keys out. */
  readonly filters: boolean;
  readonly #owner: SeriesOwner;
  readonly #shapes: ShapeTable;
  #size = 0;
  #overflow = -1;
  /** While the overflow series is being made: it is admitted beyond the limit. */
  #overflowShape: Shape | undefined = undefined;
  #last: Shape;
  /** Where a series is in the records, by hash; 0 is free. */
  #table: Int32Array = new Int32Array(16);
  /** 32 less the binary logarithm of the table's length. */
  #shift = 28;
  /**
   * Per series, from `#offsets[series]`: number of the key set, then the numbers of the values in canonical order; the series stands
   * before, so that a search reads the table and this.
   */
  #records: Int32Array = new Int32Array(32);
  #recordsEnd = 0;
  #offsets: Int32Array = new Int32Array(8);

  constructor(owner: SeriesOwner, limit: number, keeps?: KeyFilter) {
    this.#owner = owner;
    this.limit = limit;
    this.filters = keeps !== undefined;
    this.#shapes = new ShapeTable(keeps);
    this.#last = this.#shapes.resolve(EMPTY, true) as Shape;
  }

  /** The series of what is beyond the limit; -1 while there is none. */
  get overflow(): number {
    return this.#overflow;
  }

  /** How many series there are. */
  get size(): number {
    return this.#size;
  }

  /** The overflow series, whether the limit is reached or not. */
  overflowSeries(): number {
    if (this.#overflow < 0) {
      // The attribute is not the user's, so no view leaves it out; a replay of early recordings may have made it already.
      const shape = this.#shapes.unfiltered(Object.keys(OVERFLOW));
      this.#overflowShape = shape;
      valueTable.intern(true);
      shape.take(0, true);
      this.#overflow = this.#lookUp(shape);
    }
    return this.#overflow;
  }

  /** The series of these attributes: admitted if it is new, the overflow series if the limit is reached. */
  resolve(attributes: Attributes = EMPTY): number {
    const shape = this.#last;
    const { keys, values } = shape;
    const length = keys.length;
    let i = 0;
    // No test for own keys: it would double the cost. The slow path sees own keys only, so an inherited enumerable key
    // gets in only where the keys seen last had it as their own.
    for (const key in attributes) {
      if (i === length || keys[i] !== key) return this.#resolveShape(attributes);
      const value = attributes[key];
      // Often a key has the value that it had last: then its number need not be looked up.
      if (value !== values[i]) {
        const id = typeof value === 'string' ? texts.get(value) : valueTable.findPrimitive(value);
        if (id !== undefined) {
          // As `ValueTable.owned`.
          values[i] = typeof value === 'string' && value.length >= SHARED_LENGTH ? known[id] : value;
          shape.number(i, id);
        } else if (!shape.take(i, value)) return this.#resolveShape(attributes);
      }
      i++;
    }
    if (i !== length) return this.#resolveShape(attributes);
    return shape.series >= 0 ? shape.series : this.#lookUp(shape);
  }

  /**
   * The series of these attributes when it is there already, and their keys are those seen last; otherwise -1, though it may be
   * there. Admits none.
   */
  find(attributes: Attributes = EMPTY): number {
    const shape = this.#last;
    const { keys, values } = shape;
    let i = 0;
    for (const key in attributes) {
      if (i === keys.length || keys[i] !== key) return -1;
      const value = attributes[key];
      if (value !== values[i] && !shape.take(i, value)) return -1;
      i++;
    }
    if (i !== keys.length) return -1;
    return shape.series >= 0 ? shape.series : this.#search(shape);
  }

  /** The attributes of a series, as a new object. */
  attributes(series: number): Attributes {
    const offset = this.#offsets[series] as number;
    const { keys } = this.#shapes.keySet(this.#records[offset] as number);
    // From entries, because a key named __proto__ must become a property.
    return Object.fromEntries(
      keys.map((key, place) => [key, valueTable.value(this.#records[offset + 1 + place] as number)]),
    );
  }

  /** The object's keys are not those seen last. */
  #resolveShape(attributes: Attributes): number {
    let shape = this.#shapes.resolve(attributes ?? EMPTY, false);
    if (shape === undefined) {
      // First without what is not allowed: keys that never get into a series must not be kept.
      const allowed = this.#allowed(attributes);
      if (allowed !== attributes) return this.resolve(allowed);
      if (this.#size >= this.limit - 1) return this.#resolveOverflow();
      shape = this.#shapes.resolve(attributes, true) as Shape;
    }
    this.#last = shape;
    for (let i = 0; i < shape.keys.length; i++) {
      if (!shape.take(i, attributes[shape.keys[i] as string])) return this.#resolveNew(attributes, shape);
    }
    return this.#lookUp(shape);
  }

  /** A value was never seen in any series, or is not one that can be seen. */
  #resolveNew(attributes: Attributes, shape: Shape): number {
    const allowed = this.#allowed(attributes);
    if (allowed !== attributes) return this.resolve(allowed);
    if (this.#size >= this.limit - 1) return this.#resolveOverflow();
    for (let i = 0; i < shape.keys.length; i++) {
      if (!shape.keeps(i)) continue;
      const value = attributes[shape.keys[i] as string] as AttributeValue;
      valueTable.intern(value);
      shape.take(i, value);
    }
    return this.#lookUp(shape);
  }

  /** The same object when all its values are allowed, else a copy without those that are not. */
  #allowed(attributes: Attributes): Attributes {
    const entries = Object.entries(attributes);
    const allowed = entries.filter(([key, value]) => {
      if (isAttributeValue(value)) return true;
      // An optional attribute that is absent is no fault.
      if (value !== undefined && value !== null) this.#owner.refused(key, value);
      return false;
    });
    return allowed.length === entries.length ? attributes : Object.fromEntries(allowed);
  }

  #lookUp(shape: Shape): number {
    const series = this.#search(shape);
    if (series >= 0) return series;
    const isFull = this.#size >= this.limit - 1 && shape !== this.#overflowShape;
    return isFull ? this.#resolveOverflow() : this.#admit(shape);
  }

  /** The series of what a shape was given; -1 when there is none. */
  #search(shape: Shape): number {
    const table = this.#table;
    const records = this.#records;
    const { order, ids } = shape;
    const keySetId = shape.keySet.id;
    const mask = table.length - 1;
    let slot = Math.imul(shape.hash, HASH_SPREAD) >>> this.#shift;
    for (;;) {
      const offset = table[slot] as number;
      if (offset === 0) return -1;
      if (records[offset] === keySetId) {
        let place = 0;
        while (place < order.length && records[offset + 1 + place] === ids[order[place] as number]) place++;
        if (place === order.length) {
          const series = records[offset - 1] as number;
          shape.series = series;
          return series;
        }
      }
      slot = (slot + 1) & mask;
    }
  }

  #resolveOverflow(): number {
    const series = this.overflowSeries();
    this.#owner.overflowed();
    return series;
  }

  #admit(shape: Shape): number {
    const series = this.#size++;
    const { order, ids } = shape;
    const offset = this.#recordsEnd + 1;
    const end = offset + 1 + order.length;
    if (series >= this.#offsets.length) this.#offsets = grown(this.#offsets, series + 1);
    if (end > this.#records.length) this.#records = grown(this.#records, end);
    this.#offsets[series] = offset;
    this.#records[offset - 1] = series;
    this.#records[offset] = shape.keySet.id;
    for (let place = 0; place < order.length; place++) {
      this.#records[offset + 1 + place] = ids[order[place] as number] as number;
    }
    this.#recordsEnd = end;
    shape.series = series;
    // Kept at most three quarters full.
    if (this.#size * 4 > this.#table.length * 3) this.#rehash();
    else this.#insert(series, shape.hash);
    this.#owner.admitted(series);
    return series;
  }

  #insert(series: number, hash: number): void {
    const table = this.#table;
    let slot = Math.imul(hash, HASH_SPREAD) >>> this.#shift;
    while (table[slot] !== 0) slot = (slot + 1) & (table.length - 1);
    table[slot] = this.#offsets[series] as number;
  }

  #rehash(): void {
    this.#table = new Int32Array(this.#table.length * 2);
    this.#shift--;
    for (let series = 0; series < this.#size; series++) {
      const offset = this.#offsets[series] as number;
      const keySetId = this.#records[offset] as number;
      const places = this.#shapes.keySet(keySetId).keys.length;
      let hash = keySetId;
      for (let place = 0; place < places; place++) {
        hash = (hash + Math.imul(this.#records[offset + 1 + place] as number, multiplier(place))) | 0;
      }
      this.#insert(series, hash);
    }
  }
}

/** A longer copy: growing by half keeps what is unused below a third. */
function grown(array: Int32Array, needed: number): Int32Array {
  const copy = new Int32Array(Math.max(needed, Math.ceil(array.length * 1.5)));
  copy.set(array);
  return copy;
}
