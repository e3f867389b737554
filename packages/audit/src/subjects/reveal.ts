import type { EntryContent, JsonValue } from '../operation/entry.ts';
import type { Unsealer } from './read-subject-keys.ts';
import { isSealed } from './sealed-text.ts';

// Deeper than any entry that the recorder lets into a journal: what is below stays as it is.
const MAX_DEPTH = 256;

/**
 * Content in which every sealed value whose key exists is replaced by what was sealed; the others stay sealed. Returns
 * the content itself where nothing is revealed, and otherwise a copy.
 */
export function reveal<T extends EntryContent>(content: T, keys: Unsealer): T {
  return revealed(content, keys, 0) as T;
}

function revealed(value: unknown, keys: Unsealer, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  if (isSealed(value)) return unsealed(value, keys, depth);
  if (Array.isArray(value)) {
    const items = value.map((item) => revealed(item, keys, depth + 1));
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  let isSame = true;
  const pairs = Object.entries(value).map(([key, item]): [string, unknown] => {
    const shown = revealed(item, keys, depth + 1);
    isSame &&= shown === item;
    return [key, shown];
  });
  // Not by assignment: a key `__proto__` would become the prototype.
  return isSame ? value : Object.fromEntries(pairs);
}

function unsealed(value: Parameters<Unsealer['unseal']>[0], keys: Unsealer, depth: number): unknown {
  const text = keys.unseal(value);
  if (text === undefined) return value;
  try {
    // A personal value may hold that of somebody else.
    return revealed(JSON.parse(text) as JsonValue, keys, depth + 1);
  } catch {
    return value;
  }
}
