import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AggregationOptions, HistogramValue } from '../../src/index.ts';
import { MeterProvider } from '../../src/index.ts';
import { DELTA, pointsOf, valuesOf } from '../collected.ts';

describe.each<[string, AggregationOptions, (value: unknown) => number]>([
  ['sum', { type: 'sum' }, (value) => value as number],
  ['histogram', { type: 'explicit_bucket_histogram' }, (value) => (value as HistogramValue).sum],
  ['exponential histogram', { type: 'exponential_histogram' }, (value) => (value as HistogramValue).sum],
])('readers of a %s', (_, aggregation, total) => {
  const start = () => {
    const provider = new MeterProvider({ views: [{ instrumentName: '*', aggregation }] });
    const read = async (collector: ReturnType<typeof provider.addCollector>): Promise<number[]> =>
      (await pointsOf(collector, 'm')).map(({ value }) => total(value));
    return { provider, histogram: provider.getMeter('test').createHistogram('m'), read };
  };

  test('of cumulative temporality get the total each time', async () => {
    const { provider, histogram, read } = start();
    const reader = provider.addCollector();
    histogram.record(1);
    expect(await read(reader)).toEqual([1]);
    expect(await read(reader)).toEqual([1]);
    histogram.record(2);
    expect(await read(reader)).toEqual([3]);
  });

  test('of delta temporality get their own intervals, and nothing where nothing was recorded', async () => {
    const { provider, histogram, read } = start();
    const [often, seldom, whole] = [
      provider.addCollector(DELTA),
      provider.addCollector(DELTA),
      provider.addCollector(),
    ];
    histogram.record(1);
    expect(await read(often)).toEqual([1]);
    expect(await read(often)).toEqual([]);
    histogram.record(2);
    expect(await read(often)).toEqual([2]);
    expect(await read(seldom)).toEqual([3]);
    expect(await read(whole)).toEqual([3]);
    expect(await read(seldom)).toEqual([]);
  });

  test('that come late get what was recorded before in their first interval', async () => {
    const { provider, histogram, read } = start();
    const first = provider.addCollector(DELTA);
    histogram.record(1);
    await read(first);
    histogram.record(2);
    const late = provider.addCollector(DELTA);
    histogram.record(4);
    expect(await read(late)).toEqual([7]);
    expect(await read(first)).toEqual([6]);
    expect(await read(provider.addCollector())).toEqual([7]);
  });

  test('that leave change nothing for those that stay', async () => {
    const { provider, histogram, read } = start();
    const [leaves, stays, whole] = [
      provider.addCollector(DELTA),
      provider.addCollector(DELTA),
      provider.addCollector(),
    ];
    histogram.record(1);
    leaves.close();
    histogram.record(2);
    expect(await read(stays)).toEqual([3]);
    stays.close();
    histogram.record(4);
    expect(await read(whole)).toEqual([7]);
    const back = provider.addCollector(DELTA);
    histogram.record(8);
    expect(await read(back)).toEqual([15]);
  });

  test('of deltas lose nothing to a snapshot taken between two recordings', async () => {
    const { provider, histogram, read } = start();
    const reader = provider.addCollector(DELTA);
    histogram.record(1);
    expect(provider.snapshot().find(({ name }) => name === 'm')?.name).toBe('m');
    histogram.record(2);
    expect(await read(reader)).toEqual([3]);
    expect(await read(reader)).toEqual([]);
  });

  test('see every one of many series', async () => {
    const { provider, histogram, read } = start();
    const [interval, whole] = [provider.addCollector(DELTA), provider.addCollector()];
    for (let i = 0; i < 50; i++) histogram.record(i, { i });
    expect(await read(interval)).toEqual(Array.from({ length: 50 }, (_value, i) => i));
    histogram.record(1, { i: 60 });
    histogram.record(2, { i: 7 });
    expect(await read(interval)).toEqual([2, 1]);
    expect((await read(whole)).length).toBe(51);
  });
});

describe('start times', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 1_000 }));
  afterEach(() => void vi.useRealTimers());

  test('are of the first recording of a series, and for intervals of the collection before', async () => {
    const provider = new MeterProvider({});
    const [interval, whole] = [provider.addCollector(DELTA), provider.addCollector()];
    const counter = provider.getMeter('test').createCounter('c');
    counter.add(1);
    vi.setSystemTime(2_000);
    const starts = async (reader: typeof whole) => (await pointsOf(reader, 'c')).map((p) => p.startMillis);
    expect([await starts(interval), await starts(whole)]).toEqual([[1_000], [1_000]]);
    vi.setSystemTime(3_000);
    counter.add(1);
    counter.add(1, { late: true });
    vi.setSystemTime(4_000);
    expect(await starts(interval)).toEqual([2_000, 3_000]);
    expect(await starts(whole)).toEqual([1_000, 3_000]);
  });

  test('of an observed counter that fell are those of the fall', async () => {
    const provider = new MeterProvider({});
    const whole = provider.addCollector();
    let value = 5;
    const counter = provider.getMeter('test').createObservableCounter('c');
    counter.addCallback((result) => result.observe(value));
    expect((await pointsOf(whole, 'c')).map((p) => [p.startMillis, p.value])).toEqual([[1_000, 5]]);
    vi.setSystemTime(2_000);
    value = 2;
    expect((await pointsOf(whole, 'c')).map((p) => [p.startMillis, p.value])).toEqual([[2_000, 2]]);
  });
});

test('a reader with an aggregation of its own gets what was recorded before it came', async () => {
  const provider = new MeterProvider({});
  const histogram = provider.getMeter('test').createHistogram('h');
  histogram.record(3);
  const plain = provider.addCollector();
  const own = provider.addCollector({ aggregation: () => ({ type: 'exponential_histogram' }) });
  histogram.record(5);
  const count = async (reader: typeof own) =>
    (await valuesOf(reader, 'h')).map(([, v]) => (v as HistogramValue).count);
  expect([await count(plain), await count(own)]).toEqual([[2], [2]]);
  expect(provider.snapshot().filter(({ name }) => name === 'h')).toHaveLength(1);
});

test('configuring anew after such a reader has left counts nothing twice', async () => {
  const provider = new MeterProvider({});
  const histogram = provider.getMeter('test').createHistogram('h');
  const own = provider.addCollector({ aggregation: () => ({ type: 'exponential_histogram' }) });
  histogram.record(5);
  own.close();
  provider.configure({});
  expect((await valuesOf(provider.addCollector(), 'h'))[0]?.[1]).toMatchObject({ count: 1, sum: 5 });
});
