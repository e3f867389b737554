import { isError } from '@org/instrument-core';

/** Objects of one value that are looked at: beyond, it is what lives on without the operation, such as a connection. */
const MAX_OBJECTS = 10_000;
/** What an object takes by itself, and what each thing in it does: a pointer, or a number. */
const OBJECT_BYTES = 32;
const ITEM_BYTES = 8;

/**
 * About how many bytes a value holds: its texts, a byte for each character as in `maxWaitingBytes`, buffers, and objects, however
 * deep and in whatever circles. Never throws: what cannot be read counts for nothing.
 */
export function sizeOf(value: unknown): number {
  let bytes = 0;
  const rest: object[] = [];
  const seen = new Set<object>();
  const add = (item: unknown): void => {
    bytes += typeof item === 'string' ? ITEM_BYTES + item.length : ITEM_BYTES;
    if (typeof item !== 'object' || item === null || seen.has(item) || seen.size >= MAX_OBJECTS) return;
    seen.add(item);
    rest.push(item);
  };
  add(value);
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    bytes += OBJECT_BYTES;
    try {
      if (ArrayBuffer.isView(next) || next instanceof ArrayBuffer) bytes += next.byteLength;
      else addParts(next, add);
    } catch {
      // A getter or a proxy: what is known by now counts.
    }
  }
  return bytes;
}

function addParts(value: object, add: (item: unknown) => void): void {
  if (Array.isArray(value)) {
    // Of a list with holes, those are no work.
    for (const item of Object.values(value)) add(item);
    return;
  }
  if (value instanceof Map || value instanceof Set) value.forEach(add);
  if (value instanceof Map) for (const key of value.keys()) add(key);
  if (isError(value)) {
    add(value.message);
    add(value.cause);
  }
  for (const key of Object.keys(value)) {
    add(key);
    add((value as Record<string, unknown>)[key]);
  }
}
