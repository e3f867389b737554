import type { Attributes } from '@opentelemetry/api';
import { valueText } from './tags-of.ts';

/** In the place of a length: what follows is no text, or a length that does not fit into one character. */
const OTHER = '\u0000';

/**
 * Text that differs where attributes do. Lengths in front part it, since any separator could be in a value that a client
 * chose. The same attributes in another order have another one; producers keep to one order.
 */
export function seriesKey(attributes: Attributes): string {
  let key = '';
  for (const name in attributes) {
    const value = attributes[name];
    key += `${lengthOf(name)}${name}${typeof value === 'string' ? `${lengthOf(value)}${value}` : typed(value)}`;
  }
  return key;
}

function typed(value: unknown): string {
  return Array.isArray(value) ? `${OTHER}[${lengthOf(value)}${value.map(single).join('')}` : single(value);
}

function single(value: unknown): string {
  if (typeof value === 'string') return `${lengthOf(value)}${value}`;
  if (typeof value === 'number' || typeof value === 'boolean') return `${OTHER}${value}${OTHER}`;
  const text = valueText(value);
  return `${OTHER}${typeof value}${lengthOf(text)}${text}`;
}

/** A length as one character, which costs no more than a separator. */
function lengthOf({ length }: ArrayLike<unknown>): string {
  return length < 0xffff ? String.fromCharCode(length + 1) : `${OTHER}${length}:`;
}
