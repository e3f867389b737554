import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Collection,
  type Collector,
  type HistogramValue,
  MeterProvider,
  type MetricViewOptions,
} from '../../src/index.ts';
import { DELTA, metricOf } from '../collected.ts';

const NAMES = ['counter', 'histogram', 'observed'] as const;

/** Views that change what a total is told apart by, or its buckets, but not how much it comes to. */
const VIEWS: readonly (readonly MetricViewOptions[])[] = [
  [],
  [{ instrumentName: '*', description: 'viewed' }],
  [{ instrumentName: 'counter', attributes: { deny: ['a'] } }],
  [
    {
      instrumentName: 'histogram',
      attributes: { allow: [] },
      aggregation: { type: 'exponential_histogram' },
    },
  ],
  [
    {
      instrumentName: 'histogram',
      aggregation: { type: 'explicit_bucket_histogram', options: { boundaries: [3] } },
    },
  ],
  [{ instrumentName: 'histogram', aggregation: { type: 'exponential_histogram', options: { maxSize: 2 } } }],
];

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom(...NAMES), value: fc.nat(9), a: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('collect' as const), reader: fc.nat(1) }) },
  // Of a collection of any age, though it may have been taken back before.
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('restore' as const), reader: fc.nat(1), age: fc.nat(2) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('configure' as const), views: fc.nat(VIEWS.length - 1) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'snapshot' as const }) },
);

type Amounts = Record<string, { sum: number; count: number }>;

function amounts(collections: readonly Collection[]): Amounts {
  const total: Amounts = {};
  for (const collection of collections) {
    for (const name of NAMES) {
      for (const { value } of metricOf(collection, name)?.points() ?? []) {
        total[name] ??= { sum: 0, count: 0 };
        total[name].sum += typeof value === 'number' ? value : value.sum;
        total[name].count += typeof value === 'number' ? 0 : (value as HistogramValue).count;
      }
    }
  }
  return total;
}

test('delivered deltas add up to what was recorded, however the views change', async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(step, { maxLength: 40 }), async (isConfigured, steps) => {
      const provider = isConfigured ? new MeterProvider({}) : new MeterProvider();
      const meter = provider.getMeter('test');
      const [counter, histogram] = [meter.createCounter('counter'), meter.createHistogram('histogram')];
      const observed = new Map<number, number>();
      meter.createObservableCounter('observed').addCallback((result) => {
        for (const [a, value] of observed) result.observe(value, { a });
      });
      const readers = [0, 1].map(() => ({
        collector: provider.addCollector(DELTA) as Collector,
        delivered: [] as Collection[],
      }));
      const recorded: Amounts = {};
      for (const current of steps) {
        if (current.do === 'collect') {
          const { collector, delivered } = readers[current.reader] as (typeof readers)[number];
          delivered.push(await collector.collect());
        } else if (current.do === 'restore') {
          const { collector, delivered } = readers[current.reader] as (typeof readers)[number];
          const [collection] = delivered.splice(-1 - current.age, 1);
          if (collection !== undefined) collector.restore(collection);
        } else if (current.do === 'configure') provider.configure({ views: VIEWS[current.views] });
        else if (current.do === 'snapshot') provider.snapshot();
        else {
          const { do: name, value, a } = current;
          if (name === 'counter') counter.add(value, { a });
          else if (name === 'histogram') histogram.record(value, { a });
          else observed.set(a, (observed.get(a) ?? 0) + value);
          recorded[name] ??= { sum: 0, count: 0 };
          recorded[name].sum += value;
          recorded[name].count += name === 'histogram' ? 1 : 0;
        }
      }
      for (const { collector, delivered } of readers) {
        delivered.push(await collector.collect());
        expect(amounts(delivered)).toEqual(recorded);
      }
      expect(amounts([await provider.addCollector().collect()])).toEqual(recorded);
    }),
    { numRuns: 1_000 },
  );
});
