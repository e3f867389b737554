import type { Attributes } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import {
  type AggregationOptions,
  type HistogramValue,
  MeterProvider,
  type MetricPoint,
} from '../src/index.ts';
import { DELTA, metricOf } from './collected.ts';

type Reader = ReturnType<MeterProvider['addCollector']>;

function start(aggregation?: AggregationOptions) {
  const provider = new MeterProvider({
    views: aggregation === undefined ? [] : [{ instrumentName: 'm', aggregation }],
  });
  const meter = provider.getMeter('test');
  return { provider, meter, reader: provider.addCollector(DELTA) };
}

/** Collects, and delivers or not; returns the points of `m`. */
async function push(reader: Reader, isDelivered: boolean): Promise<readonly MetricPoint[]> {
  const collection = await reader.collect();
  const points = metricOf(collection, 'm')?.points() ?? [];
  if (!isDelivered) reader.restore(collection);
  return points;
}

const values = (points: readonly MetricPoint[]): [Attributes, unknown][] =>
  points.map(({ attributes, value }) => [attributes, value]);

describe('an interval that was not delivered', () => {
  test('is a part of the next one, from its start on', async () => {
    const { meter, reader } = start();
    const counter = meter.createCounter('m');
    counter.add(1);
    await push(reader, true);
    counter.add(2);
    const [failed] = await push(reader, false);
    counter.add(4);
    expect(await push(reader, false)).toMatchObject([{ value: 6, startMillis: failed?.startMillis }]);
    expect(await push(reader, true)).toMatchObject([{ value: 6, startMillis: failed?.startMillis }]);
    expect(await push(reader, true)).toEqual([]);
  });

  test('is kept for the series that were in it only', async () => {
    const { meter, reader } = start();
    const counter = meter.createCounter('m');
    counter.add(1, { plan: 'free' });
    await push(reader, false);
    counter.add(2, { plan: 'pro' });
    expect(values(await push(reader, true))).toEqual([
      [{ plan: 'free' }, 1],
      [{ plan: 'pro' }, 2],
    ]);
    counter.add(4, { plan: 'free' });
    expect(values(await push(reader, true))).toEqual([[{ plan: 'free' }, 4]]);
  });

  test('counts once, however often it is taken back', async () => {
    const { meter, reader } = start();
    meter.createCounter('m').add(1);
    const collection = await reader.collect();
    for (let i = 0; i < 3; i++) reader.restore(collection);
    expect(await push(reader, true)).toMatchObject([{ value: 1 }]);
  });

  test('is not lost when it is taken back after the next one', async () => {
    const { meter, reader } = start();
    const counter = meter.createCounter('m');
    counter.add(1);
    const first = await reader.collect();
    counter.add(2);
    const second = await reader.collect();
    reader.restore(second);
    reader.restore(first);
    expect(await push(reader, true)).toMatchObject([{ value: 3 }]);
  });

  test('is nothing to other readers', async () => {
    const { provider, meter, reader } = start();
    const [other, whole] = [provider.addCollector(DELTA), provider.addCollector()];
    const counter = meter.createCounter('m');
    counter.add(1);
    await push(reader, false);
    expect(await push(other, true)).toMatchObject([{ value: 1 }]);
    counter.add(2);
    expect(await push(other, true)).toMatchObject([{ value: 2 }]);
    expect(await push(whole, false)).toMatchObject([{ value: 3 }]);
    expect(await push(whole, true)).toMatchObject([{ value: 3 }]);
    expect(await push(reader, true)).toMatchObject([{ value: 3 }]);
  });

  test('is added up bucket by bucket, with the least and the greatest value', async () => {
    const { meter, reader } = start({
      type: 'explicit_bucket_histogram',
      options: { boundaries: [1, 10] },
    });
    const histogram = meter.createHistogram('m');
    for (const value of [0.5, 5, 50]) histogram.record(value);
    await push(reader, false);
    histogram.record(100);
    const [point] = await push(reader, true);
    expect(point?.value).toEqual({
      count: 4,
      sum: 155.5,
      min: 0.5,
      max: 100,
      boundaries: [1, 10],
      counts: [1, 1, 2],
    });
  });

  test('keeps the resolution of an exponential histogram as far as its buckets reach', async () => {
    const { meter, reader } = start({ type: 'exponential_histogram', options: { maxSize: 4 } });
    const histogram = meter.createHistogram('m');
    // Nothing but zeros tells no scale.
    histogram.record(0);
    await push(reader, false);
    histogram.record(1);
    histogram.record(2);
    const [fine] = await push(reader, false);
    expect(fine?.value).toMatchObject({ count: 3, zeroCount: 1, scale: 1 });
    for (const value of [4, 16]) histogram.record(value);
    const [point] = await push(reader, true);
    // 1, 2, 4 and 16 in at most four buckets: powers of four, (1/4, 1], (1, 4] and (4, 16].
    expect(point?.value).toMatchObject({ count: 5, sum: 23, zeroCount: 1, min: 0, max: 16, scale: -1 });
    expect(point?.value).toMatchObject({ positive: { offset: -1, counts: [1, 2, 1] } });
  });

  test('of a gauge gives way to a later value', async () => {
    const { meter, reader } = start();
    const gauge = meter.createGauge('m');
    gauge.record(1, { room: 'a' });
    gauge.record(1, { room: 'b' });
    await push(reader, false);
    gauge.record(2, { room: 'a' });
    expect(values(await push(reader, true))).toEqual([
      [{ room: 'a' }, 2],
      [{ room: 'b' }, 1],
    ]);
  });

  test('of an observed counter outlives a reset', async () => {
    const { meter, reader } = start();
    let total = 5;
    meter.createObservableCounter('m').addCallback((result) => result.observe(total));
    expect(await push(reader, false)).toMatchObject([{ value: 5 }]);
    total = 2;
    expect(await push(reader, true)).toMatchObject([{ value: 7 }]);
    total = 3;
    expect(await push(reader, true)).toMatchObject([{ value: 1 }]);
  });

  test('counts for the counter that is derived from it', async () => {
    const { provider, reader } = start();
    const histogram = provider.getMeter('test').createCountedHistogram('d', {
      count: { name: 'm', description: '', unit: '{call}' },
    });
    histogram.record(1);
    await push(reader, false);
    histogram.record(1);
    expect(await push(reader, true)).toMatchObject([{ value: 2 }]);
  });

  test('is news, until it is delivered', async () => {
    const { meter, reader } = start();
    meter.createCounter('m').add(1);
    await push(reader, false);
    expect(reader.hasNews(() => true)).toBe(true);
    await push(reader, true);
    expect(reader.hasNews(() => true)).toBe(false);
  });
});

test('a histogram of an interval in which there was no number has no least value', async () => {
  const { meter, reader } = start();
  const histogram = meter.createHistogram('m');
  histogram.record(Number.NaN);
  await push(reader, false);
  expect((await push(reader, false))[0]?.value).toMatchObject({ count: 0, min: undefined });
  histogram.record(3);
  expect((await push(reader, true))[0]?.value as HistogramValue).toMatchObject({ count: 1, min: 3, max: 3 });
});
