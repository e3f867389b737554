import { madeOf, PersonalValue } from '../subjects/personal.ts';

/** Objects of one value that are copied; beyond, the value is kept as it is. */
const MAX_OBJECTS = 10_000;

/**
 * A copy of a value that later changes of the original do not reach: plain objects, arrays, dates and values of persons, however deep and
 * in whatever circles; anything else is kept as it is. Of plain objects and arrays the enumerable keys that are text are
 * copied. Never throws: what cannot be read is kept as it is, as a whole.
 */
export function snapshot<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  try {
    return copyOf(value, new Map()) as T;
  } catch {
    // Proxies and getters may refuse, and what is nested too deeply ends the stack.
    return value;
  }
}

function copyOf(value: object, copies: Map<object, object>): object {
  const known = copies.get(value);
  if (known !== undefined) return known;
  if (copies.size >= MAX_OBJECTS) return value;
  // First: a copy of it by its keys would no longer be known for what it is.
  if (value instanceof PersonalValue) return copyOfPersonal(value, copies);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    const copy: Record<string, unknown> = prototype === null ? Object.create(null) : {};
    copies.set(value, copy);
    copyKeys(value, copy, copies);
    return copy;
  }
  if (prototype === Array.prototype && Array.isArray(value)) {
    const copy: unknown[] = [];
    copies.set(value, copy);
    copyKeys(value, copy as unknown as Record<string, unknown>, copies);
    copy.length = value.length;
    return copy;
  }
  if (prototype === Date.prototype) return new Date((value as Date).getTime());
  return value;
}

function copyOfPersonal(original: PersonalValue, copies: Map<object, object>): PersonalValue {
  const { subject, value } = original;
  const isObject = typeof value === 'object' && value !== null;
  return new PersonalValue(subject, isObject ? copyOf(value, copies) : value, madeOf(original));
}

function copyKeys(value: object, copy: Record<string, unknown>, copies: Map<object, object>): void {
  for (const key of Object.keys(value)) {
    let inner = (value as Record<string, unknown>)[key];
    if (typeof inner === 'object' && inner !== null) inner = copyOf(inner, copies);
    if (key === '__proto__') {
      const all = { value: inner, writable: true, enumerable: true, configurable: true };
      Object.defineProperty(copy, key, all);
    } else copy[key] = inner;
  }
}
