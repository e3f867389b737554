import { expect, test } from 'vitest';
import type { ExponentialHistogramValue } from '../../src/index.ts';
import { bucketUpperBound, MeterProvider } from '../../src/index.ts';
import { metricOf, pointsOf } from '../collected.ts';

function start(options: { maxSize?: number; recordMinMax?: boolean } = {}) {
  const provider = new MeterProvider({
    views: [{ instrumentName: 'h', aggregation: { type: 'exponential_histogram', options } }],
  });
  return { provider, reader: provider.addCollector(), gauge: provider.getMeter('test').createGauge('h') };
}

test('zeros, signs and bounds of an exponential histogram', async () => {
  const { reader, gauge } = start();
  for (const value of [0, -0, 4, -4, 4]) gauge.record(value);
  const value = (await pointsOf(reader, 'h'))[0]?.value as ExponentialHistogramValue;
  expect(value).toMatchObject({ count: 5, sum: 4, min: -4, max: 4, zeroCount: 2 });
  expect([value.positive.counts, value.negative.counts]).toEqual([[2], [1]]);
  expect(bucketUpperBound(value.positive.offset, value.scale)).toBe(4);
});

test('values that are not finite are left out; the series is known', async () => {
  const { reader, gauge } = start();
  for (const value of [Number.NaN, Infinity, -Infinity]) gauge.record(value);
  const value = (await pointsOf(reader, 'h'))[0]?.value;
  expect(value).toMatchObject({ count: 0, sum: 0, min: undefined, max: undefined, scale: 0 });
});

test('the whole range of doubles fits into two buckets', async () => {
  const { reader, gauge } = start({ maxSize: 2 });
  for (const value of [5e-324, 1, Number.MAX_VALUE]) gauge.record(value);
  const value = (await pointsOf(reader, 'h'))[0]?.value;
  expect(value).toMatchObject({ scale: -10, positive: { offset: -1, counts: [2, 1] } });
});

test('the least and the greatest value are not shown when a view says so', async () => {
  const { reader, gauge } = start({ recordMinMax: false });
  gauge.record(1);
  expect((await pointsOf(reader, 'h'))[0]?.value).toMatchObject({ count: 1, min: undefined, max: undefined });
});

test('a collected exponential histogram can be read in place, of either temporality', async () => {
  const { provider, reader, gauge } = start();
  const interval = provider.addCollector({ temporality: () => 'delta' });
  gauge.record(8);
  for (const collector of [reader, interval]) {
    const metric = metricOf(await collector.collect(), 'h');
    expect([metric?.value(0), metric?.count(0), metric?.exponential(0).positive.counts]).toEqual([8, 1, [1]]);
  }
});

test('other kinds of metric have no exponential state', async () => {
  const provider = new MeterProvider({});
  const [reader, interval] = [provider.addCollector(), provider.addCollector({ temporality: () => 'delta' })];
  provider.getMeter('test').createCounter('c').add(1);
  for (const collector of [reader, interval]) {
    const metric = metricOf(await collector.collect(), 'c');
    expect(() => metric?.exponential(0)).toThrow(/c is not an exponential histogram/);
  }
});
