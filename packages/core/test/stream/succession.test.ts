import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type AggregationOptions,
  bucketUpperBound,
  type ExponentialHistogramValue,
  type HistogramValue,
  MeterProvider,
  type MetricViewOptions,
} from '../../src/index.ts';
import { DELTA, histogramOf, metricOf, pointsOf, valuesOf } from '../collected.ts';

const viewed = (aggregation: AggregationOptions): { views: MetricViewOptions[] } => ({
  views: [{ instrumentName: 'm', aggregation }],
});
const EXPONENTIAL = viewed({ type: 'exponential_histogram' });
const explicit = (boundaries: number[], recordMinMax = true) =>
  viewed({ type: 'explicit_bucket_histogram', options: { boundaries, recordMinMax } });

describe('views that are set anew take over', () => {
  test.each([2, 160])('an exponential histogram, in at most %i buckets', async (maxSize) => {
    const aggregation: AggregationOptions = { type: 'exponential_histogram', options: { maxSize } };
    const [provider, control] = [new MeterProvider(EXPONENTIAL), new MeterProvider(viewed(aggregation))];
    const [ours, theirs] = [provider, control].map((p) => p.getMeter('test').createGauge('m'));
    for (const value of [0, 1, 3, -4, 100]) {
      ours?.record(value);
      theirs?.record(value);
    }
    provider.configure(viewed(aggregation));
    const values = [provider, control].map((p) => valuesOf(p.addCollector(), 'm'));
    expect(await values[0]).toEqual(await values[1]);
  });

  test('an exponential histogram into explicit buckets, where bounds that were recorded stay below', async () => {
    const provider = new MeterProvider(EXPONENTIAL);
    const gauge = provider.getMeter('test').createGauge('m');
    for (const value of [-5, 0, 4, 5, 5, 7, 1_000]) gauge.record(value);
    provider.configure(explicit([-5, 0, 4, 5, 10]));
    expect(await histogramOf(provider.addCollector(), 'm')).toMatchObject({
      count: 7,
      sum: 1_016,
      min: -5,
      max: 1_000,
      counts: [1, 1, 1, 2, 1, 1],
    });
  });

  test('explicit buckets into exponential ones, with the sum and the extremes that were recorded', async () => {
    const provider = new MeterProvider({});
    const histogram = provider.getMeter('test').createHistogram('m');
    for (let i = 0; i < 2_000; i++) histogram.record(0.5);
    histogram.record(4);
    provider.configure(EXPONENTIAL);
    const value = (await histogramOf(provider.addCollector(), 'm')) as unknown as ExponentialHistogramValue;
    expect(value).toMatchObject({ count: 2_001, sum: 1_004, min: 0.5, max: 4 });
    // All lay in the bucket (0, 5], and none was above 4.
    expect(value.positive.counts).toEqual([2_001]);
    expect(bucketUpperBound(value.positive.offset, value.scale)).toBe(4);
  });

  test('equal explicit buckets exactly, extremes that are not shown included', async () => {
    const provider = new MeterProvider(explicit([1, 2], false));
    const histogram = provider.getMeter('test').createHistogram('m');
    for (const value of [1, 2, 50, Number.POSITIVE_INFINITY]) histogram.record(value);
    provider.configure(explicit([1, 2], false));
    expect(await histogramOf(provider.addCollector(), 'm')).toMatchObject({
      count: 4,
      sum: Number.POSITIVE_INFINITY,
      counts: [1, 1, 2],
    });
  });

  test('values that are not finite into exponential buckets as any other of their bucket', async () => {
    const provider = new MeterProvider(explicit([1]));
    const gauge = provider.getMeter('test').createGauge('m');
    for (const value of [0.5, Number.POSITIVE_INFINITY, Number.NaN]) gauge.record(value);
    provider.configure(EXPONENTIAL);
    const { count, sum } = await histogramOf(provider.addCollector(), 'm');
    expect([count, Number.isFinite(sum)]).toEqual([2, true]);
  });

  test.each<[string, AggregationOptions]>([
    ['explicit', { type: 'explicit_bucket_histogram' }],
    ['exponential', { type: 'exponential_histogram' }],
  ])('the value of a gauge, as one value of an %s histogram', async (_, aggregation) => {
    const provider = new MeterProvider({});
    const gauge = provider.getMeter('test').createGauge('m');
    for (const value of [3, 7]) gauge.record(value, { room: 'a' });
    gauge.record(Number.NaN, { room: 'b' });
    provider.configure(viewed(aggregation));
    const values = await valuesOf(provider.addCollector(), 'm');
    expect(values.map(([attributes, value]) => [attributes.room, (value as HistogramValue).count])).toEqual([
      ['a', 1],
      ['b', 0],
    ]);
    expect(values[0]?.[1]).toMatchObject({ sum: 7, min: 7, max: 7 });
  });

  test('no total as the last value of a gauge', async () => {
    const provider = new MeterProvider({});
    const counter = provider.getMeter('test').createUpDownCounter('m');
    counter.add(1_000);
    provider.configure(viewed({ type: 'last_value' }));
    const reader = provider.addCollector();
    expect(await valuesOf(reader, 'm')).toEqual([]);
    counter.add(3);
    expect(await valuesOf(reader, 'm')).toEqual([[{}, 3]]);
  });

  test('once what two instruments recorded into one metric', async () => {
    const views = ['a', 'b'].map((instrumentName) => ({ instrumentName, name: 'm' }));
    const provider = new MeterProvider({ views });
    for (const name of ['a', 'b']) provider.getMeter('test').createCounter(name).add(1);
    for (let i = 0; i < 2; i++) provider.configure({ views });
    expect(await valuesOf(provider.addCollector(), 'm')).toEqual([[{}, 2]]);
  });

  test('what a reader with an aggregation of its own took over before', async () => {
    const provider = new MeterProvider();
    const histogram = provider.getMeter('test').createHistogram('m');
    for (let i = 0; i < 1_100; i++) histogram.record(1);
    provider.addCollector({ aggregation: () => ({ type: 'exponential_histogram' }) });
    histogram.record(1);
    provider.configure(explicit([1]));
    expect((await histogramOf(provider.addCollector(), 'm')).count).toBe(1_101);
  });
});

describe('a reader of deltas, when the views are set anew,', () => {
  const start = (aggregation: AggregationOptions = { type: 'default' }) => {
    const provider = new MeterProvider();
    const meter = provider.getMeter('test');
    return { provider, meter, reader: provider.addCollector(DELTA), views: viewed(aggregation) };
  };

  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 1_000 }));
  afterEach(() => void vi.useRealTimers());

  test('is not given again what it was given', async () => {
    const { provider, meter, reader, views } = start();
    const counter = meter.createCounter('m');
    counter.add(5, { a: 1 });
    await reader.collect();
    provider.configure(views);
    expect(await pointsOf(reader, 'm')).toEqual([]);
    counter.add(1, { a: 1 });
    expect(await valuesOf(reader, 'm')).toEqual([[{ a: 1 }, 1]]);
  });

  test('is given what was recorded since, from then on, while totals keep their start', async () => {
    const { provider, meter, reader, views } = start();
    const counter = meter.createCounter('m');
    counter.add(5);
    vi.setSystemTime(2_000);
    await reader.collect();
    counter.add(1);
    vi.setSystemTime(3_000);
    provider.configure(views);
    counter.add(2);
    expect(await pointsOf(reader, 'm')).toMatchObject([{ value: 3, startMillis: 2_000 }]);
    expect(await pointsOf(provider.addCollector(), 'm')).toMatchObject([{ value: 8, startMillis: 1_000 }]);
  });

  test.each<AggregationOptions>([
    { type: 'explicit_bucket_histogram', options: { boundaries: [3] } },
    { type: 'exponential_histogram' },
  ])('is given the values recorded since in new buckets: %j', async (aggregation) => {
    const { provider, meter, reader, views } = start(aggregation);
    const other = provider.addCollector(DELTA);
    const histogram = meter.createHistogram('m');
    histogram.record(1);
    await reader.collect();
    histogram.record(2);
    await other.collect();
    histogram.record(4);
    provider.configure(views);
    expect(await histogramOf(reader, 'm')).toMatchObject({ count: 2, sum: 6, max: 4 });
    expect(await histogramOf(other, 'm')).toMatchObject({ count: 1, sum: 4, max: 4 });
    expect(await histogramOf(provider.addCollector(DELTA), 'm')).toMatchObject({ count: 3, sum: 7, min: 1 });
  });

  test('is given what was not delivered, taken back before or after, twice over', async () => {
    const { provider, meter, reader, views } = start();
    const counter = meter.createCounter('m');
    counter.add(1);
    reader.restore(await reader.collect());
    counter.add(2);
    provider.configure(views);
    const late = await reader.collect();
    expect(metricOf(late, 'm')?.points()).toMatchObject([{ value: 3 }]);
    provider.configure(views);
    provider.configure(views);
    reader.restore(late);
    expect(await valuesOf(reader, 'm')).toEqual([[{}, 3]]);
    expect(await valuesOf(reader, 'm')).toEqual([]);
  });

  test('is not given the total of an observed counter again', async () => {
    const { provider, meter, reader } = start();
    let rows: Record<string, number> = { a: 5, b: 10 };
    meter.createObservableCounter('m').addCallback((result) => {
      for (const [worker, value] of Object.entries(rows)) result.observe(value, { worker });
    });
    await reader.collect();
    provider.configure({ views: [{ instrumentName: 'm', attributes: { deny: ['worker'] } }] });
    rows = { a: 6, b: 12 };
    expect(await valuesOf(reader, 'm')).toEqual([[{}, 3]]);
    rows = { a: 6 };
    expect(await valuesOf(reader, 'm')).toEqual([[{}, 0]]);
  });

  test('that never collected is given all, measurement by measurement', async () => {
    const { provider, meter, reader, views } = start({ type: 'exponential_histogram' });
    const histogram = meter.createHistogram('m');
    for (const value of [1, 3]) histogram.record(value);
    provider.configure(views);
    const value = (await histogramOf(reader, 'm')) as unknown as ExponentialHistogramValue;
    expect([value.count, value.positive.counts.filter((count) => count > 0)]).toEqual([2, [1, 1]]);
  });
});

test('a late reader with an aggregation of its own gets all, though another one takes deltas', async () => {
  const provider = new MeterProvider({});
  const histogram = provider.getMeter('test').createHistogram('m');
  const interval = provider.addCollector(DELTA);
  histogram.record(1);
  await interval.collect();
  for (const value of [2, 3]) histogram.record(value);
  const own = provider.addCollector({ aggregation: () => ({ type: 'exponential_histogram' }) });
  expect(await histogramOf(own, 'm')).toMatchObject({ count: 3, sum: 6, min: 1, max: 3 });
  expect(await histogramOf(interval, 'm')).toMatchObject({ count: 2, sum: 5 });
});
