import type { Attributes, Observable } from '@opentelemetry/api';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type AggregationOptions,
  type AttributeKeys,
  type AttributesProcessor,
  type Collection,
  MeterProvider,
  type MetricPoint,
  type MetricViewOptions,
} from '../../src/index.ts';
import { DELTA } from '../collected.ts';

const OBSERVED = ['observed.counter', 'observed.updown', 'observed.gauge'] as const;
const NAMES = ['counter', 'updown', 'histogram', 'gauge', ...OBSERVED] as const;

const aggregation: fc.Arbitrary<AggregationOptions | undefined> = fc.constantFrom(
  undefined,
  { type: 'sum' },
  { type: 'last_value' },
  { type: 'drop' },
  { type: 'explicit_bucket_histogram', options: { boundaries: [3] } },
  { type: 'explicit_bucket_histogram', options: { boundaries: [2, 5], recordMinMax: false } },
  { type: 'exponential_histogram', options: { maxSize: 4 } },
);
const keys: fc.Arbitrary<AttributeKeys | undefined> = fc.option(
  fc.oneof(
    fc.record({ allow: fc.subarray(['a', 'b']) }),
    fc.record({ deny: fc.subarray(['a', 'b']) }),
    fc.record({ allow: fc.subarray(['a', 'b', 'c']), deny: fc.subarray(['b', 'c']) }),
  ),
  { nil: undefined },
);
/** Never leaves alone what it has made. */
const marking: AttributesProcessor = { process: (attributes) => ({ ...attributes, a: `<${attributes.a}>` }) };

/** One metric of each name, because two views that make the same one are one. */
const views: fc.Arbitrary<MetricViewOptions[]> = fc.uniqueArray(
  fc.record({
    instrumentName: fc.constantFrom(...NAMES),
    name: fc.constantFrom(undefined, 'x', 'y', 'z'),
    attributes: keys,
    attributesProcessors: fc.constantFrom(undefined, undefined, [marking]),
    aggregation,
  }),
  { selector: ({ instrumentName, name }) => name ?? instrumentName, maxLength: 8 },
);

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(...NAMES),
      value: fc.nat(9),
      attributes: fc.record({ a: fc.nat(1), b: fc.nat(1) }, { requiredKeys: [] }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('end' as const), name: fc.constantFrom(...OBSERVED) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('collect' as const), reader: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const), reader: fc.nat(1) }) },
  // In another order, which of themselves they do not depend on.
  { weight: 3, arbitrary: fc.record({ do: fc.constant('configure' as const), turn: fc.nat(7) }) },
);

/** What is observed: the value of each attribute set, by instrument. */
type Rows = Map<string, Map<string, [value: number, attributes: Attributes]>>;

function start(given: readonly MetricViewOptions[], rows: Rows) {
  const provider = new MeterProvider({ views: given });
  const meter = provider.getMeter('test');
  const [counter, updown] = [meter.createCounter('counter'), meter.createUpDownCounter('updown')];
  const [histogram, gauge] = [meter.createHistogram('histogram'), meter.createGauge('gauge')];
  const observe = (name: string, instrument: Observable): void =>
    instrument.addCallback((result) => {
      for (const [value, attributes] of rows.get(name)?.values() ?? []) result.observe(value, attributes);
    });
  observe('observed.counter', meter.createObservableCounter('observed.counter'));
  observe('observed.updown', meter.createObservableUpDownCounter('observed.updown'));
  observe('observed.gauge', meter.createObservableGauge('observed.gauge'));
  return {
    provider,
    readers: [provider.addCollector(DELTA), provider.addCollector(DELTA), provider.addCollector()],
    record: {
      counter: counter.add.bind(counter),
      updown: updown.add.bind(updown),
      histogram: histogram.record.bind(histogram),
      gauge: gauge.record.bind(gauge),
    },
  };
}

/** By metric and attributes. Of an interval only what adds to others: a last value may be given once more. */
function contents({ scopes }: Collection): Record<string, unknown> {
  const metrics = scopes
    .filter(({ scope }) => scope.name === 'test')
    .flatMap((collected) => collected.metrics)
    .filter(({ kind, temporality }) => kind !== 'gauge' || temporality === 'cumulative');
  const entries = metrics.flatMap((metric) =>
    metric
      .points()
      .filter(({ value }) => metric.temporality === 'cumulative' || amount(value) !== 0)
      .map(({ attributes, value }): [string, unknown] => [
        `${metric.descriptor.name} ${metric.descriptor.type} ${JSON.stringify(Object.entries(attributes).sort())}`,
        value,
      ]),
  );
  return Object.fromEntries(entries);
}

function amount(value: MetricPoint['value']): number {
  return typeof value === 'number' ? value : value.count;
}

test('the same views set anew change nothing of what readers are given', async () => {
  await fc.assert(
    fc.asyncProperty(views, fc.array(step, { maxLength: 40 }), async (given, steps) => {
      const rows: Rows = new Map(OBSERVED.map((name) => [name, new Map()]));
      const [ours, control] = [start(given, rows), start(given, rows)];
      const collect = async (reader: number, isLost = false): Promise<void> => {
        const [collection, expected] = await Promise.all(
          [ours, control].map(async ({ readers }) => {
            const collected = await readers[reader]?.collect();
            if (isLost) readers[reader]?.restore(collected as Collection);
            return contents(collected as Collection);
          }),
        );
        expect(collection).toEqual(expected);
      };
      for (const current of steps) {
        if (current.do === 'collect') await collect(current.reader);
        else if (current.do === 'lose') await collect(current.reader, true);
        else if (current.do === 'configure') {
          const at = current.turn % Math.max(given.length, 1);
          ours.provider.configure({ views: [...given.slice(at), ...given.slice(0, at)] });
        } else if (current.do === 'end') {
          const observed = rows.get(current.name);
          observed?.delete([...observed.keys()].at(-1) ?? '');
        } else {
          const { do: name, value, attributes } = current;
          const text = JSON.stringify(attributes);
          const before = rows.get(name)?.get(text)?.[0] ?? 0;
          if (rows.has(name)) rows.get(name)?.set(text, [before + value, attributes]);
          else
            for (const side of [ours, control])
              side.record[name as keyof typeof side.record](value, attributes);
        }
      }
      for (const reader of [0, 1, 2]) await collect(reader);
    }),
    { numRuns: 1_000 },
  );
});
