import { type Attributes, type AttributeValue, diag } from '@opentelemetry/api';

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
  if (typeof value === 'string') return value.length > length ? value.slice(0, length) : value;
  if (!Array.isArray(value)) return value;
  return value.map((element) =>
    typeof element === 'string' ? element.slice(0, length) : element,
  ) as string[];
}

/** Attributes of an event or a link, the first `count` of the valid ones; and how many others there were. */
export function admitted(
  given: Attributes | undefined,
  count: number,
  length: number,
): { attributes: Attributes; dropped: number } {
  const attributes: Attributes = {};
  let kept = 0;
  let dropped = 0;
  if (typeof given !== 'object' || given === null) return { attributes, dropped };
  for (const key of Object.keys(given)) {
    const value = given[key];
    if (value == null || !isValid(key, value)) continue;
    if (kept >= count) dropped++;
    else {
      attributes[key] = cut(value, length);
      kept++;
    }
  }
  return { attributes, dropped };
}

/** Whether it is an attribute; says so when it is not. */
export function isValid(key: string, value: unknown): value is AttributeValue {
  if (key !== '' && isAttributeValue(value)) return true;
  diag.warn(key === '' ? 'An attribute of a span needs a key.' : `Not a value of an attribute: ${key}`);
  return false;
}
