import { expect, test } from 'vitest';
import { MeterProvider, type SeriesSnapshot } from '../src/index.ts';

function shown(provider: MeterProvider): SeriesSnapshot[] {
  return provider.snapshot().filter(({ scope }) => scope.name === 'test');
}

test('a snapshot shows the totals of every series, whatever readers there are', async () => {
  const provider = new MeterProvider({});
  const meter = provider.getMeter('test');
  const interval = provider.addCollector({ temporality: () => 'delta' });
  const counter = meter.createCounter('c', { unit: 'By', description: 'Bytes' });
  counter.add(1, { a: 1 });
  await interval.collect();
  counter.add(2, { a: 1 });
  expect(shown(provider)).toEqual([
    {
      scope: meter.scope,
      name: 'c',
      description: 'Bytes',
      unit: 'By',
      kind: 'sum',
      attributes: { a: 1 },
      value: 3,
      count: undefined,
      sum: undefined,
      min: undefined,
      max: undefined,
      quantiles: undefined,
    },
  ]);
});

test('a histogram shows mean, count, sum, least, greatest, and quantiles by interpolation', () => {
  const provider = new MeterProvider({});
  const histogram = provider.getMeter('test').createHistogram('h', {
    advice: { explicitBucketBoundaries: [10, 20] },
  });
  for (let i = 1; i <= 20; i++) histogram.record(i);
  const [series] = shown(provider);
  expect(series).toMatchObject({ kind: 'histogram', value: 10.5, count: 20, sum: 210, min: 1, max: 20 });
  expect(series?.quantiles).toEqual({ p50: 10, p75: 15, p90: 18, p95: 19, p99: expect.closeTo(19.8) });
});

test('a histogram that was given no number has no quantiles', () => {
  const provider = new MeterProvider({});
  provider.getMeter('test').createHistogram('h').record(Number.NaN);
  expect(shown(provider)).toMatchObject([{ value: 0, count: 0, quantiles: undefined }]);
});

test('without least and greatest value, quantiles are bounded by the boundaries, as in PromQL', () => {
  const options = { boundaries: [10, 20], recordMinMax: false };
  const provider = new MeterProvider({
    views: [{ instrumentName: 'h', aggregation: { type: 'explicit_bucket_histogram', options } }],
  });
  const histogram = provider.getMeter('test').createHistogram('h');
  for (const value of [5, 1_000]) histogram.record(value);
  expect(shown(provider)[0]?.quantiles).toMatchObject({ p50: 10, p99: 20 });
});

test('callbacks are asked; one that throws harms nothing, an asynchronous one shows its value next time', async () => {
  const provider = new MeterProvider({});
  const meter = provider.getMeter('test');
  meter.createObservableGauge('now').addCallback((result) => result.observe(1));
  meter.createObservableGauge('never').addCallback(() => {
    throw new Error('never');
  });
  const answered = Promise.resolve();
  meter.createObservableGauge('later').addCallback(async (result) => {
    await answered;
    result.observe(2);
  });
  meter.createObservableGauge('rejects').addCallback(async () => {
    await answered;
    throw new Error('rejects');
  });
  expect(shown(provider).map(({ name, value }) => [name, value])).toEqual([['now', 1]]);
  await expect
    .poll(() => shown(provider).map(({ name, value }) => [name, value]))
    .toEqual([
      ['now', 1],
      ['later', 2],
    ]);
});

test('quantiles never leave the range from the least to the greatest value', () => {
  const provider = new MeterProvider({
    views: [{ instrumentName: 'h', aggregation: { type: 'exponential_histogram' } }],
  });
  provider.getMeter('test').createHistogram('h').record(5e-324);
  expect(shown(provider)[0]?.quantiles).toMatchObject({ p50: 5e-324, p99: 5e-324 });
});

test('what is not observed any more is not there, while what is recorded stays', () => {
  const provider = new MeterProvider({});
  const meter = provider.getMeter('test');
  const present = new Set(['a', 'b']);
  meter.createObservableGauge('g').addCallback((result) => {
    for (const name of present) result.observe(1, { name });
  });
  meter.createGauge('recorded').record(7);
  const names = (): unknown[] =>
    shown(provider).map(({ name, attributes }) => [name, attributes.name].join(' ').trim());
  expect(names()).toEqual(['g a', 'g b', 'recorded']);
  present.delete('a');
  expect(names()).toEqual(['g b', 'recorded']);
  present.add('a');
  expect(names().sort()).toEqual(['g a', 'g b', 'recorded']);
});

test('a snapshot between two collections takes nothing from either', async () => {
  const provider = new MeterProvider({});
  let observed = 0;
  provider
    .getMeter('test')
    .createObservableCounter('c')
    .addCallback((result) => result.observe(++observed));
  const collectors = [provider.addCollector(), provider.addCollector({ temporality: () => 'delta' })];
  const values = async (): Promise<unknown[]> =>
    Promise.all(
      collectors.map(
        async (collector) => (await collector.collect()).scopes[0]?.metrics[0]?.points()[0]?.value,
      ),
    );
  expect(await values()).toEqual([2, 2]);
  expect(shown(provider).map(({ value }) => value)).toEqual([3]);
  // What both asked for meanwhile, and what the second has not been given yet.
  expect(await values()).toEqual([5, 3]);
});

test('what an asynchronous callback observed last stands until it has observed anew', async () => {
  const provider = new MeterProvider({});
  let value = 1;
  provider
    .getMeter('test')
    .createObservableGauge('g')
    .addCallback(async (result) => result.observe(value++));
  expect(shown(provider)).toEqual([]);
  await Promise.resolve();
  expect(shown(provider).map((series) => series.value)).toEqual([1]);
});
