import type { Attributes } from '@opentelemetry/api';
import { readable } from '../attributes/readable.ts';
import { reportFault } from '../fault/report-fault.ts';
import { ownText } from '../own-text.ts';

/**
 * A copy of the attributes of a measurement, for what is kept: later changes of the object do not reach it, and it keeps no longer
 * text alive. What cannot be read is left out.
 */
export function ownAttributes(attributes: Attributes, metric: string): Attributes {
  try {
    return owned(attributes);
  } catch (error) {
    reportFault('attributes', `reading all those of a measurement of metric ${metric}`, error);
    return owned(readable(attributes));
  }
}

function owned(attributes: Attributes): Attributes {
  // From entries, because a key named __proto__ must become a property.
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [
      key,
      // Array.from visits the holes of a sparse array too; map would pass over them.
      Array.isArray(value)
        ? (Array.from<unknown, unknown>(value, ownElement) as typeof value)
        : ownElement(value),
    ]),
  );
}

function ownElement<T>(value: T): T | string {
  return typeof value === 'string' ? ownText(value) : value;
}
