import type { Attributes } from '@opentelemetry/api';
import { describeValue, type OptionReader, type Problem } from '@org/instrument-core';

/** Names that an instrument may have, with room for what is put behind: `.execution.duration`. */
const NAME = /^[a-z][a-z0-9_.\-/]{0,199}$/i;

/** Labels as options have them. Those without a value are left out. */
export type Labels = Readonly<Record<string, Attributes[string] | null>>;

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

/** Reads the option `labels`; `reserved` are those that the metrics have by themselves. Problems are noted in the reader. */
export function readLabels<O extends { readonly labels?: Labels | undefined }>(
  reader: OptionReader<O>,
  reserved: readonly string[],
): Attributes {
  const labels = reader.raw('labels');
  if (labels === undefined) return {};
  const problems = labelProblems(labels, reserved);
  reader.addAll(problems);
  return problems.length > 0 ? {} : labelsOf(labels as Labels);
}

function labelProblems(labels: unknown, reserved: readonly string[]): Problem[] {
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels)) {
    return [{ path: 'labels', found: describeValue(labels), expected: 'labels, as { key: value }' }];
  }
  return Object.entries(labels).flatMap(([key, value]): Problem[] => {
    const path = `labels.${key}`;
    const found = describeValue(value);
    if (reserved.includes(key)) {
      return [{ path, found, expected: `none of ${reserved.join(', ')}`, fix: 'Choose another name.' }];
    }
    if (value == null || isLabel(value)) return [];
    return [{ path, found, expected: 'a string, a number, a boolean or a list of them' }];
  });
}

function labelsOf(labels: Labels): Attributes {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value != null)) as Attributes;
}

/** Whether a value makes a label: as core has it, nothing in a list is a hole. */
export function isLabel(value: unknown): boolean {
  return Array.isArray(value)
    ? value.every((element) => element == null || isPlain(element))
    : isPlain(value);
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** What tells sets of labels apart, in whatever order they are. */
export function keyOfLabels(entries: readonly (readonly [string, unknown])[]): string {
  return JSON.stringify(
    [...entries].sort(([a], [b]) => (a < b ? -1 : 1)),
    exactly,
  );
}

/** JSON has no word for these numbers; attributes tell them apart. */
function exactly(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value;
}
