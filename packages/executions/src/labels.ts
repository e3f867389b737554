import type { Attributes } from '@opentelemetry/api';
import { describeValue, type Problem } from '@org/instrument-core';

/** Names that an instrument may have, with room for what is put behind: `.execution.duration`. */
const NAME = /^[a-z][a-z0-9_.\-/]{0,199}$/i;
/** Labels that the metrics have by themselves. */
const RESERVED: readonly string[] = ['success', 'error_type', 'scope', 'reason', 'quantile'];

/** Whether metrics can be named after it. */
export function isMetricName(name: unknown): name is string {
  return typeof name === 'string' && NAME.test(name);
}

/** What is wrong with a name. */
export function nameProblems(name: unknown): Problem[] {
  if (isMetricName(name)) return [];
  const expected = 'a letter, then up to 199 letters, digits, _ . - or /';
  const fix =
    "What is different each time, such as a date, belongs in events and traces, not in a metric's name.";
  return [{ path: 'name', found: describeValue(name), expected, fix }];
}

/** What is wrong with labels. */
export function labelProblems(labels: unknown): Problem[] {
  if (labels === undefined) return [];
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels)) {
    return [{ path: 'labels', found: describeValue(labels), expected: 'labels, as { key: value }' }];
  }
  return Object.entries(labels).flatMap(([key, value]): Problem[] => {
    const path = `labels.${key}`;
    const found = describeValue(value);
    if (RESERVED.includes(key)) {
      return [{ path, found, expected: 'a key that is not reserved', fix: 'Choose another name.' }];
    }
    if (value == null || isLabel(value)) return [];
    return [{ path, found, expected: 'a string, a number, a boolean or a list of them' }];
  });
}

/** Labels without those that have no value. */
export function labelsOf(labels: object | undefined): Attributes {
  if (labels === undefined) return {};
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value != null));
}

/** Whether a value makes a label. */
export function isLabel(value: unknown): boolean {
  return Array.isArray(value) ? value.every(isPlain) : isPlain(value);
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
