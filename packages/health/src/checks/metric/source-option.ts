import { describeValue, type MeterProvider } from '@org/instrument-core';
import type { CheckOptionReader } from '../options.ts';
import { METRIC_FIELDS, type MetricField, type MetricSelector, type MetricSource } from './source.ts';

const KEYS: readonly string[] = [
  'metric',
  'attributes',
  'field',
  'provider',
] satisfies (keyof MetricSelector)[];

/** Notes what is wrong with an option that is a {@link MetricSource}; it must be given. */
export function readSource<O extends object>(
  read: CheckOptionReader<O>,
  key: keyof O & string,
): MetricSource {
  const given = read.raw(key);
  if (typeof given === 'function') return given as MetricSource;
  const expected = 'a function that returns a number, or { metric, attributes, field, provider }';
  if (typeof given !== 'object' || given === null) {
    read.add(key, describeValue(given), expected);
    return { metric: '' };
  }
  const { metric, attributes, field, provider } = given as Partial<MetricSelector>;
  for (const name of Object.keys(given)) {
    if (!KEYS.includes(name)) read.add(`${key}.${name}`, 'an unknown option', `one of ${KEYS.join(', ')}`);
  }
  if (typeof metric !== 'string' || metric.trim() === '') {
    read.add(`${key}.metric`, describeValue(metric), 'the name of a metric');
  }
  if (attributes !== undefined && (typeof attributes !== 'object' || attributes === null)) {
    read.add(`${key}.attributes`, describeValue(attributes), 'an object of attributes');
  }
  if (field !== undefined && !METRIC_FIELDS.includes(field as MetricField)) {
    read.add(`${key}.field`, describeValue(field), `one of ${METRIC_FIELDS.join(', ')}`);
  }
  if (provider !== undefined && !isProvider(provider)) {
    read.add(`${key}.provider`, 'something else', 'a MeterProvider of @org/instrument-core');
  }
  return given as MetricSelector;
}

/** Whether it can be asked for its series. */
export function isProvider(value: unknown): value is MeterProvider {
  return typeof (value as Partial<MeterProvider> | null | undefined)?.snapshot === 'function';
}
