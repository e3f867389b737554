import type { ObservableResult } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { type Collector, MeterProvider, type MetricViewOptions } from '../../src/index.ts';
import { DELTA, metricOf, pointsOf } from '../collected.ts';

/** A provider with an observed counter `c`, whose values by worker are `rows`. */
function start(views: readonly MetricViewOptions[] = [], cardinalityLimit?: number) {
  const provider = new MeterProvider({ views, cardinalityLimit });
  const observed = { rows: {} as Record<string, number>, fails: false };
  provider
    .getMeter('test')
    .createObservableCounter('c')
    .addCallback((result) => {
      if (observed.fails) throw new Error('the database is down');
      for (const [worker, value] of Object.entries(observed.rows)) result.observe(value, { worker });
    });
  return { provider, observed, interval: provider.addCollector(DELTA), whole: provider.addCollector() };
}

const deltas = async (reader: Collector): Promise<Record<string, unknown>> =>
  Object.fromEntries(
    (await pointsOf(reader, 'c')).map(({ attributes, value }) => [attributes.worker ?? 'all', value]),
  );

describe('a reader of deltas gets what others observed of a counter', () => {
  test('when its own question failed', async () => {
    const { observed, interval, whole } = start();
    observed.rows = { a: 100 };
    expect(await deltas(interval)).toEqual({ a: 100 });
    observed.rows = { a: 150 };
    await whole.collect();
    observed.fails = true;
    expect(await deltas(interval)).toEqual({ a: 50 });
    expect(await deltas(interval)).toEqual({});
    observed.fails = false;
    observed.rows = { a: 160 };
    expect(await deltas(interval)).toEqual({ a: 10 });
  });

  test('when its series was there between two of its collections only', async () => {
    const { provider, observed, interval } = start();
    observed.rows = { a: 1 };
    await interval.collect();
    observed.rows = { a: 1, b: 7 };
    provider.snapshot();
    observed.rows = { a: 1 };
    expect(await deltas(interval)).toEqual({ a: 0, b: 7 });
    observed.rows = { a: 1, b: 9 };
    expect(await deltas(interval)).toEqual({ a: 0, b: 2 });
  });

  test('when their answer came after its own question had failed', async () => {
    const provider = new MeterProvider({});
    const [interval, whole] = [provider.addCollector(DELTA), provider.addCollector()];
    let isUp = true;
    let answer = (): void => {};
    const counter = provider.getMeter('test').createObservableCounter('c');
    counter.addCallback(async (result) => {
      if (!isUp) throw new Error('the database is down');
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      result.observe(7);
    });
    const scrape = pointsOf(whole, 'c');
    isUp = false;
    expect(await deltas(interval)).toEqual({});
    answer();
    expect(await scrape).toMatchObject([{ value: 7 }]);
    expect(await deltas(interval)).toEqual({ all: 7 });
  });

  test('before a reset', async () => {
    const { observed, interval, whole } = start();
    observed.rows = { a: 100 };
    await interval.collect();
    observed.rows = { a: 150 };
    await whole.collect();
    observed.rows = { a: 5 };
    await whole.collect();
    observed.rows = { a: 3 };
    expect(await deltas(interval)).toEqual({ a: 50 + 5 + 3 });
  });
});

test.each(['a callback', 'a batch callback'])(
  'an answer that comes after that to a later question is left out: %s',
  async (kind) => {
    const provider = new MeterProvider({});
    const meter = provider.getMeter('test');
    const [interval, whole] = [provider.addCollector(DELTA), provider.addCollector()];
    let total = 1_000_000;
    let isSlow = false;
    let answer = (): void => {};
    const ask = async (observe: (value: number) => void): Promise<void> => {
      const value = total;
      if (isSlow) {
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
      }
      observe(value);
    };
    const counter = meter.createObservableCounter('c');
    if (kind === 'a callback')
      counter.addCallback((result: ObservableResult) => ask((value) => result.observe(value)));
    else {
      meter.addBatchObservableCallback((result) => ask((value) => result.observe(counter, value)), [counter]);
    }
    expect(await deltas(interval)).toEqual({ all: 1_000_000 });
    total = 1_000_001;
    isSlow = true;
    const scrape = pointsOf(whole, 'c');
    isSlow = false;
    total = 1_000_002;
    expect(await deltas(interval)).toEqual({ all: 2 });
    answer();
    expect(await scrape).toMatchObject([{ value: 1_000_002 }]);
    total = 1_000_003;
    expect(await deltas(interval)).toEqual({ all: 1 });
  },
);

describe.each<[string, readonly MetricViewOptions[], number | undefined]>([
  ['a view makes one', [{ instrumentName: 'c', attributes: { deny: ['worker'] } }], undefined],
  ['are beyond the limit', [], 1],
])('counters that %s', (_, views, limit) => {
  test('lose one of them, and nothing was counted', async () => {
    const { observed, interval, whole } = start(views, limit);
    observed.rows = { a: 1_000, b: 500 };
    expect(await deltas(interval)).toEqual({ all: 1_500 });
    observed.rows = { a: 1_000 };
    expect(await deltas(interval)).toEqual({ all: 0 });
    observed.rows = { a: 1_010 };
    expect(await deltas(interval)).toEqual({ all: 10 });
    expect(await deltas(whole)).toEqual({ all: 1_010 });
  });

  test('are reset like any other as long as there is one', async () => {
    const { observed, interval } = start(views, limit);
    observed.rows = { a: 1_000 };
    await interval.collect();
    observed.rows = { a: 5 };
    expect(await deltas(interval)).toEqual({ all: 5 });
  });
});

test('what has begun while a callback was waited for is of the interval that ends then', async () => {
  const provider = new MeterProvider({});
  const meter = provider.getMeter('test');
  const [interval, whole] = [provider.addCollector(DELTA), provider.addCollector()];
  meter.createObservableGauge('rows').addCallback(async (result) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    meter.createCounter('orders').add(1);
    result.observe(42);
  });
  for (const reader of [interval, whole]) {
    const collection = await reader.collect();
    for (const name of ['rows', 'orders']) {
      const metric = metricOf(collection, name);
      expect(metric?.startMillis(0)).toBeLessThanOrEqual(collection.timeMillis);
    }
  }
});
