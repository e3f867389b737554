import type { Attributes } from '@opentelemetry/api';
import { readable } from '../attributes/readable.ts';
import { reportFault } from '../fault/report-fault.ts';
import { ownAttributes } from '../own-text.ts';

/**
 * A copy of the attributes of a measurement, for what is kept: later changes of the object do not reach it, and it keeps no longer
 * text alive. What cannot be read is left out.
 */
export function keptAttributes(attributes: Attributes, metric: string): Attributes {
  try {
    return ownAttributes(attributes);
  } catch (error) {
    reportFault('attributes', `reading all those of a measurement of metric ${metric}`, error);
    return ownAttributes(readable(attributes));
  }
}
