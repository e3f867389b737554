import type { Attributes } from '@opentelemetry/api';

/** A copy of what can be read of attributes, where a getter or a proxy throws. */
export function readable(attributes: Attributes): Attributes {
  const copy: [string, Attributes[string]][] = [];
  for (const key of keysOf(attributes)) {
    try {
      const value = attributes[key];
      copy.push([key, Array.isArray(value) ? (Array.from<unknown>(value) as typeof value) : value]);
    } catch {
      // It is left out; who asks for the copy says so.
    }
  }
  return Object.fromEntries(copy);
}

function keysOf(attributes: Attributes): string[] {
  try {
    return Object.keys(attributes);
  } catch {
    return [];
  }
}
