import type { JsonObject, JsonValue } from '../operation/entry.ts';
import { sortKeys } from './sort-keys.ts';

/** An array or object that is being written. */
interface Open {
  readonly source: JsonObject | readonly JsonValue[];
  /** Sorted; `undefined` for an array. */
  readonly keys: readonly string[] | undefined;
  readonly size: number;
  next: number;
}

/**
 * Canonical JSON of a value (RFC 8785, JSON Canonicalization Scheme): no spaces, keys in the order of their UTF-16 code
 * units, numbers and escapes as ECMAScript writes them. However deep the value is: what is read back may be hostile.
 *
 * @throws {TypeError} for what has no canonical JSON: lone surrogates, NaN, infinities, and what is no JSON value. The
 * value must not contain itself.
 */
export function canonicalJson(value: JsonValue): string {
  const stack: Open[] = [];
  let text = begin(value, stack);
  for (let open = stack.at(-1); open !== undefined; open = stack.at(-1)) {
    const { source, keys, size } = open;
    if (open.next === size) {
      text += keys === undefined ? ']' : '}';
      stack.pop();
      continue;
    }
    if (open.next > 0) text += ',';
    const i = open.next++;
    if (keys === undefined) {
      text += begin((source as readonly JsonValue[])[i], stack);
    } else {
      const key = keys[i] as string;
      text += `${quoted(key)}:${begin((source as JsonObject)[key], stack)}`;
    }
  }
  return text;
}

/** All of a plain value; of an array or object the beginning, and its contents are put on the stack. */
function begin(value: JsonValue | undefined, stack: Open[]): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`JSON has no number ${value}`);
      // "-0" is "0" (RFC 8785, 3.2.2.3), which ECMAScript does by itself.
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object': {
      if (value === null) return 'null';
      const isArray = Array.isArray(value);
      const keys = isArray ? undefined : sortKeys(Object.keys(value));
      const size = keys?.length ?? (value as readonly JsonValue[]).length;
      stack.push({ source: value, keys, size, next: 0 });
      return isArray ? '[' : '{';
    }
    default:
      throw new TypeError(`JSON has no ${typeof value}`);
  }
}

/** What stands in a JSON text otherwise than it is: control characters, the quote, the backslash, halves of surrogates. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what JSON escapes
const NOT_AS_IT_IS = /[\u0000-\u001f"\\\ud800-\udfff]/;

function quoted(text: string): string {
  if (!NOT_AS_IT_IS.test(text)) return `"${text}"`;
  // Only what has no lone surrogates can be said in UTF-8, and with it in canonical JSON (RFC 8785, 3.2.2.2).
  if (!text.isWellFormed()) throw new TypeError('Canonical JSON has no lone surrogates');
  return JSON.stringify(text);
}
