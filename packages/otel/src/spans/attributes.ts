import type { Attributes, AttributeValue } from '@opentelemetry/api';
import { ownText, reasonOf, tell } from '@org/instrument-core';

/**
 * Whether a value may be that of an attribute: text, a number, a boolean, or a list of one of these, holes allowed.
 * The specification's "Attribute" as the SDK reads it.
 */
export function isAttributeValue(value: unknown): value is AttributeValue {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return true;
    default:
      return Array.isArray(value) && isHomogeneous(value);
  }
}

function isHomogeneous(list: readonly unknown[]): boolean {
  let type: string | undefined;
  for (const element of list) {
    if (element == null) continue;
    const own = typeof element;
    if (type === undefined && (own === 'string' || own === 'number' || own === 'boolean')) type = own;
    else if (own !== type) return false;
  }
  return true;
}

/** Text no longer than `length`, alone and in lists; other values as they are. Lists are copied. */
export function cut(value: AttributeValue, length: number): AttributeValue {
  if (typeof value === 'string') return value.length > length ? cutText(value, length) : value;
  if (!Array.isArray(value)) return value;
  return value.map((element) =>
    typeof element === 'string' && element.length > length ? cutText(element, length) : element,
  ) as string[];
}

/** With memory of its own: what waits to be sent would else keep all of the text that it was cut out of. */
function cutText(text: string, length: number): string {
  return ownText(text.slice(0, length));
}

/**
 * Attributes as a span, an event or a link begins with, the first `count` of the valid ones; and how many others there
 * were. Never throws: what cannot be read, by getters and proxies, is left out.
 */
export function admitted(
  given: Attributes | undefined,
  count: number,
  length: number,
): { attributes: Attributes; dropped: number } {
  const attributes: Attributes = {};
  let kept = 0;
  let dropped = 0;
  if (typeof given !== 'object' || given === null) return { attributes, dropped };
  try {
    for (const key in given) {
      try {
        const value = given[key];
        if (value == null || !Object.hasOwn(given, key) || !isValid(key, value)) continue;
        if (kept >= count) dropped++;
        else {
          put(attributes, key, cut(value, length));
          kept++;
        }
      } catch (error) {
        sayUnreadable(error);
      }
    }
  } catch (error) {
    sayUnreadable(error);
  }
  return { attributes, dropped };
}

/** Sets an attribute, one named `__proto__` too, which would else be the prototype. */
export function put(attributes: Attributes, key: string, value: AttributeValue): void {
  if (key !== '__proto__') attributes[key] = value;
  else
    Object.defineProperty(attributes, key, { value, configurable: true, enumerable: true, writable: true });
}

/** Gives each attribute that can be read to `take`; what that throws goes no further. */
export function eachAttribute(
  given: Attributes | undefined,
  take: (key: string, value: AttributeValue) => void,
): void {
  try {
    for (const key of Object.keys(given ?? {})) {
      try {
        take(key, given?.[key] as AttributeValue);
      } catch (error) {
        sayUnreadable(error);
      }
    }
  } catch (error) {
    sayUnreadable(error);
  }
}

/** Whether it is an attribute; says so when it is not. */
export function isValid(key: string, value: unknown): value is AttributeValue {
  if (key !== '' && isAttributeValue(value)) return true;
  tell(
    'warn',
    key === '' ? 'An attribute of a span needs a key.' : `Not a value of an attribute: ${String(key)}`,
  );
  return false;
}

/** What reading what the caller gave has thrown. */
export function sayUnreadable(error: unknown): void {
  tell('warn', `What a span was given could not be read, and is left out: ${reasonOf(error)}`);
}
