import { type Attributes, ValueType } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { type BoundCounter, type Meter, MeterProvider } from '../../src/index.ts';
import { pointsOf, valuesOf } from '../collected.ts';
import { useDiagnostics } from '../diagnostics.ts';
import { cutOut, keptBy, WHOLE_LENGTH } from '../kept-memory.ts';

const said = useDiagnostics();
const throws = (): never => {
  throw new Error('must not be asked');
};
const NOT_NUMBERS: readonly unknown[] = [
  '7',
  true,
  null,
  undefined,
  {},
  [1],
  7n,
  Symbol('seven'),
  Object.create(null),
  { valueOf: throws, toString: throws, toJSON: throws },
];

/** Each kind of instrument, as a function that records, unbound and bound. */
const KINDS: Record<
  string,
  (meter: Meter, name: string, valueType?: ValueType) => ((value: never) => void)[]
> = {
  counter: (meter, name, valueType = ValueType.DOUBLE) => {
    const counter = meter.createCounter(name, { valueType });
    const bound = counter.bind({});
    return [(value) => counter.add(value), (value) => bound.add(value)];
  },
  upDownCounter: (meter, name, valueType = ValueType.DOUBLE) => {
    const counter = meter.createUpDownCounter(name, { valueType });
    const bound = counter.bind({});
    return [(value) => counter.add(value), (value) => bound.add(value)];
  },
  histogram: (meter, name, valueType = ValueType.DOUBLE) => {
    const histogram = meter.createHistogram(name, { valueType });
    const bound = histogram.bind({});
    return [(value) => histogram.record(value), (value) => bound.record(value)];
  },
  gauge: (meter, name, valueType = ValueType.DOUBLE) => {
    const gauge = meter.createGauge(name, { valueType });
    const bound = gauge.bind({});
    return [(value) => gauge.record(value), (value) => bound.record(value)];
  },
};

describe.each(Object.entries(KINDS))('a %s', (_, open) => {
  test('takes numbers only; anything else is said and not recorded', async () => {
    const provider = new MeterProvider({});
    const reader = provider.addCollector();
    const records = open(provider.getMeter('test'), 'm');
    for (const record of records) {
      for (const value of NOT_NUMBERS) record(value as never);
      expect(await pointsOf(reader, 'm')).toEqual([]);
    }
    expect(said.warnings).toHaveLength(NOT_NUMBERS.length * records.length);
    expect(said.warnings[0]).toBe('Metric m was given string "7", not a number; it was not recorded.');
    expect(said.warnings.filter((text) => text.includes('undefined'))).toContain(
      'Metric m was given undefined, not a number; it was not recorded.',
    );
  });

  test('takes numbers only once it has recorded, too', async () => {
    const provider = new MeterProvider({});
    const reader = provider.addCollector();
    const records = open(provider.getMeter('test'), 'm') as ((value: unknown) => void)[];
    for (const record of records) record(3);
    const before = await pointsOf(reader, 'm');
    for (const record of records) for (const value of NOT_NUMBERS) record(value);
    expect(await pointsOf(reader, 'm')).toEqual(before);
  });

  test('of integers cuts fractions and refuses what is not finite, and says both', async () => {
    const provider = new MeterProvider({});
    const reader = provider.addCollector();
    const records = open(provider.getMeter('test'), 'm', ValueType.INT) as ((value: number) => void)[];
    for (const record of records) for (const value of [Number.NaN, Infinity]) record(value);
    expect(await pointsOf(reader, 'm')).toEqual([]);
    expect(said.warnings.every((line) => line.endsWith('it was not recorded.'))).toBe(true);
    expect(said.warnings).toHaveLength(4);
    records[0]?.(2.9);
    const value = (await pointsOf(reader, 'm'))[0]?.value;
    expect(typeof value === 'number' ? value : value?.sum).toBe(2);
    expect(said.warnings.at(-1)).toMatch(/ValueType\.INT and was given 2\.9; the fraction was cut/);
  });
});

test.each(['counter', 'histogram'])('a %s takes no negative values', async (kind) => {
  const provider = new MeterProvider({});
  const reader = provider.addCollector();
  for (const record of KINDS[kind]?.(provider.getMeter('test'), 'm') ?? []) record(-1 as never);
  expect(await pointsOf(reader, 'm')).toEqual([]);
  expect(said.warnings).toEqual(
    Array(2).fill(expect.stringMatching(/was given -1; it takes no negative values/)),
  );
});

describe('attributes that throw when they are read', () => {
  const getter = {
    a: 1,
    get b(): number {
      return throws();
    },
  };
  const array = { a: 1, b: new Proxy([], { get: throws }) };
  const revoked = Proxy.revocable([], {});
  revoked.revoke();
  const keys = new Proxy({}, { ownKeys: throws });

  test.each<[string, Attributes, Attributes]>([
    ['a getter', getter, { a: 1 }],
    ['an array', array, { a: 1 }],
    ['a revoked proxy', { b: revoked.proxy, a: 1 }, { a: 1 }],
    ['their keys', keys, {}],
  ])('are left out and said once, and the measurement is kept: %s', async (kind, attributes, kept) => {
    for (const deny of ['z', 'y']) {
      const name = `c.${kind.replaceAll(' ', '.')}.${deny}`;
      const views = deny === 'z' ? [{ instrumentName: name, attributes: { deny: [deny] } }] : [];
      const provider = new MeterProvider({ views });
      const counter = provider.getMeter('test').createCounter(name);
      counter.add(1, { a: 1, b: 2 });
      counter.add(2, attributes);
      counter.add(4, attributes);
      counter.bind(attributes).add(8);
      expect(await valuesOf(provider.addCollector(), name)).toEqual([
        [{ a: 1, b: 2 }, 1],
        [kept, 14],
      ]);
      expect(said.errors.splice(0)).toEqual([
        expect.stringContaining(`attributes: reading all those of a measurement of metric ${name} failed`),
      ]);
    }
  });

  test('reach the processors of a view as far as they can be read', async () => {
    const attributesProcessors = [{ process: (attributes: Attributes) => ({ ...attributes, p: 1 }) }];
    const provider = new MeterProvider({ views: [{ instrumentName: 'c', attributesProcessors }] });
    provider.getMeter('test').createCounter('c').add(1, array);
    expect(await valuesOf(provider.addCollector(), 'c')).toEqual([[{ a: 1, p: 1 }, 1]]);
  });
});

describe('a bound series', () => {
  test('is the same as that of the attributes it was bound to, copied', async () => {
    const provider = new MeterProvider({});
    const counter = provider.getMeter('test').createCounter('c');
    const attributes = { a: 1, list: ['x'] };
    const bound = counter.bind(attributes);
    attributes.a = 2;
    attributes.list.push('y');
    bound.add(1);
    counter.add(2, { a: 1, list: ['x'] });
    expect(await valuesOf(provider.addCollector(), 'c')).toEqual([[{ a: 1, list: ['x'] }, 3]]);
  });

  test.each<[string, (value: string) => Attributes]>([
    ['a text', (value) => ({ value })],
    ['an element of an array', (value) => ({ value: [value] })],
  ])('keeps nothing of what %s was cut out of, recorded or not', async (_text, attributesOf) => {
    const provider = new MeterProvider({});
    const counter = provider.getMeter('test').createCounter('c');
    const lines = Array.from({ length: 10 }, (_, line) => `value of line ${line}`);
    const bound: BoundCounter[] = [];

    const kept = await keptBy(() => {
      for (const line of lines) bound.push(counter.bind(attributesOf(cutOut(line))));
    });

    expect(kept).toBeLessThan(WHOLE_LENGTH);
    for (const series of bound) series.add(1);
    const recorded = (await valuesOf(provider.addCollector(), 'c')).map(([attributes]) => attributes);
    expect(recorded).toEqual(lines.map(attributesOf));
  });

  test('does not exist before its first recording', async () => {
    const provider = new MeterProvider({});
    const bound = provider.getMeter('test').createCounter('c').bind({ a: 1 });
    const reader = provider.addCollector();
    expect(await valuesOf(reader, 'c')).toEqual([]);
    bound.add(0);
    expect(await valuesOf(reader, 'c')).toEqual([[{ a: 1 }, 0]]);
  });

  test('bound before the views came records into their streams', async () => {
    const provider = new MeterProvider();
    const bound = provider.getMeter('test').createCounter('c').bind({ a: 1, b: 2 });
    bound.add(1);
    provider.configure({
      views: [
        { instrumentName: 'c', name: 'by-a', attributes: { allow: ['a'] } },
        { instrumentName: 'c', name: 'by-b', attributes: { allow: ['b'] } },
      ],
    });
    bound.add(2);
    const reader = provider.addCollector();
    expect(await valuesOf(reader, 'by-a')).toEqual([[{ a: 1 }, 3]]);
    expect(await valuesOf(reader, 'by-b')).toEqual([[{ b: 2 }, 3]]);
    provider.configure({ views: [{ instrumentName: 'c', aggregation: { type: 'drop' } }] });
    bound.add(4);
    expect((await reader.collect()).scopes.filter(({ scope }) => scope.name === 'test')).toEqual([]);
  });
});
