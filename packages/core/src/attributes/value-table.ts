import type { AttributeValue } from '@opentelemetry/api';
import { ownText, SHARED_LENGTH } from '../own-text.ts';

/** Key of a hole in an array: `null` would make `null` an attribute value that is known, and so allowed. */
const HOLE: unique symbol = Symbol('hole');

/** What is interned: values, and holes in arrays. */
type Primitive = string | number | boolean | typeof HOLE;

const SECRET = (Math.random() * 2 ** 32) | 0;

/**
 * What a number is looked up by. V8 hashes numbers without a seed, so that anybody could choose numbers that fall into
 * one bucket; of these keys, and of texts, nobody can. `0` and `-0` have one key.
 */
function numberKey(value: number): number | string {
  return (value | 0) === value ? value ^ SECRET : String(value);
}

/** Node of the trie that resolves arrays: one step per element, by the element's number. */
class ArrayNode {
  /** Number of the array that ends here, or -1. */
  id = -1;
  readonly next: Map<number, ArrayNode> = new Map();
}

/**
 * Gives every attribute value a number, the same for equal values: strings, numbers and booleans by value (`1` and
 * `'1'` are two, `0` and `-0` one), arrays by their elements in order. Only the values of admitted series are kept, so
 * the cardinality limits bound the table.
 */
export class ValueTable {
  /** Strings, booleans and holes; recording's hot path looks strings up by itself. */
  readonly ids: Map<unknown, number> = new Map();
  /** By number; `null` stands for holes. The hot path reads it by itself, too: one more call is too much to be inlined. */
  readonly values: (AttributeValue | null)[] = [];
  /** Numbers, by {@link numberKey}. */
  readonly #numbers = new Map<number | string, number>();
  readonly #arrays = new Map<number, ArrayNode>();

  /** Values kept. */
  get size(): number {
    return this.values.length;
  }

  /** The value of a number; arrays are frozen. */
  value(id: number): AttributeValue {
    return this.values[id] as AttributeValue;
  }

  /** What to remember of a value that has this number: the table's own text in place of one that may keep a longer one. */
  owned(value: unknown, id: number): unknown {
    return typeof value === 'string' && value.length >= SHARED_LENGTH ? this.values[id] : value;
  }

  /** Number of a string, number or boolean that was interned before, or `undefined`. */
  findPrimitive(value: unknown): number | undefined {
    return typeof value === 'number' ? this.#numbers.get(numberKey(value)) : this.ids.get(value);
  }

  /** Number of a value that was interned before, or `undefined`. */
  find(value: unknown): number | undefined {
    if (!Array.isArray(value)) return this.findPrimitive(value);
    let node: ArrayNode | undefined = this.#arrays.get(value.length);
    for (let i = 0; node !== undefined && i < value.length; i++) {
      const element = this.findPrimitive(value[i] ?? HOLE);
      node = element === undefined ? undefined : node.next.get(element);
    }
    return node === undefined || node.id < 0 ? undefined : node.id;
  }

  /** Number of a value, which must be one that {@link isAttributeValue} accepts. */
  intern(value: AttributeValue): number {
    if (!Array.isArray(value)) return this.#internPrimitive(value as Primitive);
    // Array.from visits the holes of a sparse array too; map would pass over them.
    const ids = Array.from(value as readonly unknown[], (element) =>
      this.#internPrimitive((element ?? HOLE) as Primitive),
    );
    let node = this.#arrays.get(ids.length) ?? new ArrayNode();
    this.#arrays.set(ids.length, node);
    for (const id of ids) {
      let next: ArrayNode | undefined = node.next.get(id);
      if (next === undefined) {
        next = new ArrayNode();
        node.next.set(id, next);
      }
      node = next;
    }
    if (node.id < 0) {
      // The elements as the table has them: those of the caller may keep longer texts.
      const kept = Object.freeze(ids.map((id) => this.values[id]));
      node.id = this.values.push(kept as AttributeValue) - 1;
    }
    return node.id;
  }

  #internPrimitive(primitive: Primitive): number {
    const known = this.findPrimitive(primitive);
    if (known !== undefined) return known;
    const value = typeof primitive === 'string' ? ownText(primitive) : primitive;
    const id = this.values.push(value === HOLE ? null : value) - 1;
    if (typeof value === 'number') this.#numbers.set(numberKey(value), id);
    else this.ids.set(value, id);
    return id;
  }
}

/**
 * Whether the specification allows a value for an attribute: a string, number or boolean, or an array of those
 * (`null` and `undefined` elements are allowed as holes).
 * See https://opentelemetry.io/docs/specs/otel/common/#attribute.
 */
export function isAttributeValue(value: unknown): value is AttributeValue {
  return (
    isPrimitive(value) ||
    (Array.isArray(value) && value.every((element) => element == null || isPrimitive(element)))
  );
}

function isPrimitive(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** The table of the process: attribute values repeat across instruments, so they are kept once. */
export const valueTable: ValueTable = new ValueTable();
