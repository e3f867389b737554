import { describe, expect, test } from 'vitest';
import { type Collector, type CollectorOptions, MeterProvider } from '../src/index.ts';
import { DELTA, metricOf, pointsOf } from './collected.ts';

/** A provider with the counter `c`, the observed counter `o`, and ways to look at what a reader is given of them. */
function start() {
  const provider = new MeterProvider({});
  const meter = provider.getMeter('test');
  const counter = meter.createCounter('c');
  let total = 0;
  meter.createObservableCounter('o').addCallback((result) => result.observe(total));
  return {
    provider,
    add(value: number) {
      counter.add(value);
      total += value;
    },
    async given(reader: Collector): Promise<unknown[]> {
      const collection = await reader.collect();
      return ['c', 'o'].map((name) => metricOf(collection, name)?.points()[0]?.value);
    },
  };
}

const named = (name: string, options: CollectorOptions = DELTA): CollectorOptions => ({ ...options, name });

describe('a reader of deltas that comes after one of its name was closed', () => {
  test('is given what that one was not', async () => {
    const { provider, add, given } = start();
    for (const round of [1, 2, 3]) {
      const reader = provider.addCollector(named('otlp'));
      add(round);
      expect(await given(reader)).toEqual([round, round]);
      add(10);
      reader.close();
      const next = provider.addCollector(named('otlp'));
      expect(await given(next)).toEqual([10, 10]);
      next.close();
    }
  });

  test('begins where that one ended, with instruments that came in between too', async () => {
    const { provider, add } = start();
    const reader = provider.addCollector(named('otlp'));
    add(1);
    const { timeMillis } = await reader.collect();
    reader.close();
    provider.getMeter('test').createCounter('later').add(5);
    add(2);
    const collection = await provider.addCollector(named('otlp')).collect();
    const metric = metricOf(collection, 'c');
    expect([metric?.value(0), metric?.startMillis(0)]).toEqual([2, timeMillis]);
    expect(metricOf(collection, 'later')?.value(0)).toBe(5);
  });

  test('is given what that one collected and could not deliver', async () => {
    const { provider, add, given } = start();
    const reader = provider.addCollector(named('otlp'));
    add(1);
    const collection = await reader.collect();
    reader.close();
    reader.restore(collection);
    add(2);
    expect(await given(provider.addCollector(named('otlp')))).toEqual([3, 3]);
  });

  test('goes on from it across views that were set meanwhile', async () => {
    const { provider, add } = start();
    const reader = provider.addCollector(named('otlp'));
    add(1);
    await reader.collect();
    reader.close();
    provider.configure({ views: [{ instrumentName: 'c', name: 'renamed' }] });
    add(2);
    expect(await pointsOf(provider.addCollector(named('otlp')), 'renamed')).toMatchObject([{ value: 2 }]);
  });

  test('goes on from it whether the default aggregation is asked for or none', async () => {
    const { provider, add, given } = start();
    const reader = provider.addCollector(
      named('otlp', { ...DELTA, aggregation: () => ({ type: 'default' }) }),
    );
    add(1);
    await reader.collect();
    reader.close();
    add(2);
    expect(await given(provider.addCollector(named('otlp')))).toEqual([2, 2]);
  });

  test.each<[string, CollectorOptions]>([
    ['has another name', named('statsd')],
    ['has no name', DELTA],
    ['asks for totals', named('otlp', {})],
    [
      'asks for another aggregation',
      named('otlp', { ...DELTA, aggregation: () => ({ type: 'explicit_bucket_histogram' }) }),
    ],
  ])('is given everything when it %s', async (_text, options) => {
    const { provider, add } = start();
    const reader = provider.addCollector(named('otlp'));
    add(1);
    await reader.collect();
    reader.close();
    add(2);
    const next = provider.addCollector(options);
    const points = await pointsOf(next, 'c');
    expect(points).toMatchObject([options.aggregation === undefined ? { value: 3 } : { value: { sum: 3 } }]);
  });
});

test('one of two readers of a name that both were closed is gone on from', async () => {
  const { provider, add, given } = start();
  const [first, second] = [provider.addCollector(named('otlp')), provider.addCollector(named('otlp'))];
  add(1);
  expect([await given(first), await given(second)]).toEqual([
    [1, 1],
    [1, 1],
  ]);
  first.close();
  second.close();
  add(2);
  const next = provider.addCollector(named('otlp'));
  expect(await given(next)).toEqual([2, 2]);
  expect(await given(provider.addCollector(named('otlp')))).toEqual([3, 3]);
});
