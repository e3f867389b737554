import type { Attributes } from '@opentelemetry/api';
import type { InstrumentationScope } from '@org/instrument-core';

/** Labels in the order in which they are written; values not yet escaped. */
export type Labels = ReadonlyMap<string, string>;

/**
 * Renders labels as `a="1",b="2"`, without braces; the empty string for none. Backslash, quote and line feed are
 * escaped, as both text formats demand.
 */
export function labelText(labels: Labels): string {
  let text = '';
  for (const [name, value] of labels) {
    text += `${text === '' ? '' : ','}${name}="${escapeLabelValue(value)}"`;
  }
  return text;
}

/**
 * Turns attributes into labels (compatibility specification, "Metric Attributes"). Values of attributes whose names
 * become the same are joined by `;` in the order of the original names. A name in `reserved`, which the exporter
 * itself writes, gets `exported_` in front, as Prometheus does with labels that clash with its own. An empty label is none
 * (Prometheus, "Data model").
 */
export function attributeLabels(attributes: Attributes, reserved: ReadonlySet<string>): Labels {
  const labels = new Map<string, string>();
  let clash = false;
  for (const key of Object.keys(attributes)) {
    const value = labelValue(attributes[key]);
    if (value === '') continue;
    const name = ownName(labelName(key), reserved);
    clash ||= labels.has(name);
    labels.set(name, value);
  }
  return clash ? mergedLabels(attributes, reserved) : labels;
}

function mergedLabels(attributes: Attributes, reserved: ReadonlySet<string>): Labels {
  const labels = new Map<string, string>();
  for (const key of Object.keys(attributes).sort()) {
    const value = labelValue(attributes[key]);
    if (value === '') continue;
    const name = ownName(labelName(key), reserved);
    const before = labels.get(name);
    labels.set(name, before === undefined ? value : `${before};${value}`);
  }
  return labels;
}

/** Names of the labels that tell a point's scope. */
export const SCOPE_LABELS: readonly string[] = [
  'otel_scope_name',
  'otel_scope_schema_url',
  'otel_scope_version',
];

/** The labels that tell a point's scope, in the order of the SDK's exporter; a field that is empty has none. */
export function scopeLabels(scope: InstrumentationScope): Labels {
  const labels = new Map([['otel_scope_name', scope.name]]);
  if (scope.schemaUrl) labels.set('otel_scope_schema_url', scope.schemaUrl);
  if (scope.version) labels.set('otel_scope_version', scope.version);
  return labels;
}

/** Resource attributes whose names match, for labels on every sample; none without a pattern. */
export function constantAttributes(resource: Attributes, pattern: RegExp | undefined): Attributes {
  if (pattern === undefined) return {};
  return Object.fromEntries(Object.entries(resource).filter(([key]) => key.search(pattern) !== -1));
}

const LEGAL_NAME = /^(?!.*__)[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * A legal label name: other characters become single underscores; a leading digit gets `key_` before it, as in
 * `prometheus/otlptranslator`.
 */
export function labelName(key: string): string {
  if (LEGAL_NAME.test(key)) return key;
  const name = key.replace(/[^A-Za-z0-9]+/g, '_');
  if (name === '') return '_';
  return /^[0-9]/.test(name) ? `key_${name}` : name;
}

function ownName(name: string, reserved: ReadonlySet<string>): string {
  let own = name;
  while (reserved.has(own)) own = `exported_${own}`;
  return own;
}

/** Text of an attribute's value: strings as they will be read, half a character as U+FFFD; the empty string for `undefined`, JSON for all else. */
function labelValue(value: unknown): string {
  if (typeof value === 'string') return value.toWellFormed();
  if (value === undefined) return '';
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    // A bigint or a cycle: not an attribute by the specification, and no reason to lose the scrape.
    return String(value);
  }
}

const TO_ESCAPE = /[\\"\n]/;

/** Escapes backslash, quote and line feed. */
export function escapeLabelValue(value: string): string {
  if (!TO_ESCAPE.test(value)) return value;
  return value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"');
}
