import { ValueType } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { MeterProvider } from '../src/index.ts';
import { metricNames, metricOf, valuesOf } from './collected.ts';
import { useDiagnostics } from './diagnostics.ts';

const said = useDiagnostics();

function start() {
  const provider = new MeterProvider({});
  return { provider, reader: provider.addCollector(), meter: provider.getMeter('test') };
}

describe('a meter', () => {
  test('is the same for the same name, version and schema, and another otherwise', () => {
    const { provider } = start();
    const meter = provider.getMeter('m', '1', { schemaUrl: 's' });
    expect(provider.getMeter('m', '1', { schemaUrl: 's' })).toBe(meter);
    for (const other of [provider.getMeter('m'), provider.getMeter('m', '1'), provider.getMeter('n', '1')]) {
      expect(other).not.toBe(meter);
    }
    expect(meter.scope).toEqual({ name: 'm', version: '1', schemaUrl: 's' });
  });
});

describe('what is no text where the API asks for one', () => {
  const any = (value: unknown): never => value as never;
  const values: [what: unknown, text: string][] = [
    [undefined, ''],
    [null, ''],
    [5, '5'],
    [new URL('https://example.org/s'), 'https://example.org/s'],
    [Symbol('s'), 'Symbol(s)'],
    [Object.create(null), ''],
  ];

  test.each(values)(
    '%s as name, version and schema URL of a meter is text, in a meter that works',
    async (value, text) => {
      const { provider, reader } = start();
      provider.getMeter(any(value)).createCounter('c').add(1);
      provider
        .getMeter('m', any(value), { schemaUrl: any(value) })
        .createCounter('c')
        .add(1);
      const { scopes } = await reader.collect();
      expect(scopes.map(({ scope }) => [scope.name, scope.version])).toEqual([
        [text, ''],
        ['m', text],
      ]);
      expect(scopes[1]?.scope.schemaUrl).toBe(value == null ? undefined : text);
    },
  );

  test('a meter without a name is said to have none, once', () => {
    const { provider } = start();
    for (const name of ['', undefined, null]) provider.getMeter(any(name));
    expect(said.warnings).toEqual([expect.stringMatching(/^A meter was asked for without a name/)]);
  });

  test.each(values)('%s as name, unit and description of an instrument is text', async (value, text) => {
    const { reader, meter } = start();
    meter.createCounter(any(value)).add(1);
    meter.createHistogram('h', { unit: any(value), description: any(value) }).record(1);
    const metrics = (await reader.collect()).scopes.flatMap((scope) => scope.metrics);
    expect(metrics.map(({ descriptor }) => descriptor.name)).toEqual([text, 'h']);
    expect(metrics[1]?.descriptor).toMatchObject({ unit: text, description: text });
  });

  test('options that are null stand for none', async () => {
    const { provider, reader } = start();
    provider.getMeter('m', '1', any(null)).createCounter('c', any(null)).add(1);
    expect(metricNames(await reader.collect(), 'm')).toEqual(['c']);
  });
});

describe('instruments declared twice', () => {
  test('with other bucket boundaries keep the first ones, and say so', () => {
    const { provider, meter } = start();
    meter.createHistogram('h', { advice: { explicitBucketBoundaries: [1, 2] } }).record(1);
    meter.createHistogram('h', { advice: { explicitBucketBoundaries: [1, 2] } }).record(1);
    expect(said.warnings).toEqual([]);
    meter.createHistogram('h', { advice: { explicitBucketBoundaries: [5] } }).record(1);
    expect(said.warnings).toEqual([expect.stringMatching(/Metric h .* \(1, 2\), which are kept/)]);
    expect(provider.snapshot().find(({ name }) => name === 'h')?.count).toBe(3);
  });

  test('alike share their series', async () => {
    const { reader, meter } = start();
    meter.createCounter('c', { unit: 's' }).add(1);
    meter.createCounter('c', { unit: 's' }).add(2);
    expect(await valuesOf(reader, 'c')).toEqual([[{}, 3]]);
    expect(said.warnings).toEqual([]);
  });

  test('with another kind, unit or value type are both kept, and the conflict is said', async () => {
    const { reader, meter } = start();
    meter.createCounter('c').add(1);
    meter.createCounter('c', { unit: 's' }).add(1);
    meter.createCounter('c', { valueType: ValueType.INT }).add(1);
    meter.createUpDownCounter('c').add(1);
    expect(metricNames(await reader.collect())).toEqual(['c', 'c', 'c', 'c']);
    expect(said.warnings[0]).toBe(
      'Metric c was declared before as counter (unit "", DOUBLE) and now as counter (unit "s", DOUBLE); both are ' +
        'kept. Declare it alike everywhere, or rename one of them with a view.',
    );
  });

  test('with two descriptions show the longer one', async () => {
    const { reader, meter } = start();
    meter.createCounter('c', { description: 'short' }).add(1);
    meter.createCounter('c', { description: 'longer' });
    meter.createCounter('c', { description: '' });
    expect(metricOf(await reader.collect(), 'c')?.descriptor.description).toBe('longer');
  });
});

test.each(['', '1st', 'a b', 'ü', `a${'x'.repeat(255)}`])('the name %j is said to be invalid', (name) => {
  start().meter.createCounter(name);
  expect(said.warnings).toEqual([expect.stringMatching(/is not valid: use a letter, then up to 254/)]);
});

test.each(['a', 'A.b_c-d/e', `a${'x'.repeat(254)}`])('the name %j is valid', (name) => {
  start().meter.createCounter(name);
  expect(said.warnings).toEqual([]);
});

describe('a counted histogram', () => {
  const count = { name: 'h.calls', description: 'Calls', unit: '{call}' };

  test('shows its count as a counter, of either temporality', async () => {
    const { provider, reader, meter } = start();
    const interval = provider.addCollector({ temporality: () => 'delta' });
    const histogram = meter.createCountedHistogram('h', { count });
    histogram.record(2, { a: 1 });
    histogram.record(3, { a: 1 });
    for (const collector of [reader, interval]) {
      const collection = await collector.collect();
      const metric = metricOf(collection, 'h.calls');
      expect(metricNames(collection)).toEqual(['h', 'h.calls']);
      expect(metric?.descriptor).toEqual({ ...count, type: 'COUNTER', integer: true });
      expect([metric?.kind, metric?.monotonic, metric?.value(0)]).toEqual(['sum', true, 2]);
      expect(metric?.identity).not.toBe(metricOf(collection, 'h')?.identity);
    }
    histogram.record(1, { a: 1 });
    expect(await valuesOf(interval, 'h.calls')).toEqual([[{ a: 1 }, 1]]);
    expect(await valuesOf(reader, 'h.calls')).toEqual([[{ a: 1 }, 3]]);
  });

  test('is counted also under an exponential aggregation', async () => {
    const provider = new MeterProvider({});
    const reader = provider.addCollector({ aggregation: () => ({ type: 'exponential_histogram' }) });
    provider.getMeter('test').createCountedHistogram('h', { count }).record(2);
    expect(await valuesOf(reader, 'h.calls')).toEqual([[{}, 1]]);
  });
});
