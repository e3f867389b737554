import { expect, test } from 'vitest';
import { MeterProvider } from '../../src/index.ts';
import { DELTA, metricOf, valuesOf } from '../collected.ts';

test('a counter only rises, an up-down counter may fall', async () => {
  const provider = new MeterProvider({});
  const reader = provider.addCollector();
  const meter = provider.getMeter('test');
  meter.createCounter('up').add(2.5);
  meter.createUpDownCounter('any').add(-2);
  const collection = await reader.collect();
  expect([metricOf(collection, 'up')?.monotonic, metricOf(collection, 'any')?.monotonic]).toEqual([
    true,
    false,
  ]);
  expect(metricOf(collection, 'any')?.points()[0]?.value).toBe(-2);
});

test('an infinite sum stays infinite, and a NaN stays NaN, in the interval of its own only', async () => {
  const provider = new MeterProvider({});
  const [interval, whole] = [provider.addCollector(DELTA), provider.addCollector()];
  const sum = provider.getMeter('test').createUpDownCounter('s');
  sum.add(Infinity);
  expect([await valuesOf(interval, 's'), await valuesOf(whole, 's')]).toEqual([
    [[{}, Infinity]],
    [[{}, Infinity]],
  ]);
  sum.add(-Infinity);
  expect([await valuesOf(interval, 's'), await valuesOf(whole, 's')]).toEqual([
    [[{}, -Infinity]],
    [[{}, Number.NaN]],
  ]);
  sum.add(1);
  expect(await valuesOf(interval, 's')).toEqual([[{}, 1]]);
});

test('a small difference is exact beside a large total', async () => {
  const provider = new MeterProvider({});
  const interval = provider.addCollector(DELTA);
  const sum = provider.getMeter('test').createCounter('s');
  sum.add(1e16);
  await interval.collect();
  sum.add(0.1);
  expect(await valuesOf(interval, 's')).toEqual([[{}, 0.1]]);
});

test('deltas of an observed counter are differences, and after a fall what was observed', async () => {
  const provider = new MeterProvider({});
  const interval = provider.addCollector(DELTA);
  let value = 5;
  const counter = provider.getMeter('test').createObservableCounter('c');
  counter.addCallback((result) => result.observe(value));
  const seen: unknown[] = [];
  for (value of [5, 8, 8, 3, 4]) seen.push((await valuesOf(interval, 'c'))[0]?.[1]);
  expect(seen).toEqual([5, 3, 0, 3, 1]);
});

test('an observed up-down counter falls by negative deltas', async () => {
  const provider = new MeterProvider({});
  const interval = provider.addCollector(DELTA);
  let value = 5;
  const counter = provider.getMeter('test').createObservableUpDownCounter('c');
  counter.addCallback((result) => result.observe(value));
  const seen: unknown[] = [];
  for (value of [5, 2]) seen.push((await valuesOf(interval, 'c'))[0]?.[1]);
  expect(seen).toEqual([5, -3]);
});

test('what was recorded early, and is recorded again when views are set, hides nothing of what follows', async () => {
  const provider = new MeterProvider();
  const [interval, whole] = [provider.addCollector(DELTA), provider.addCollector()];
  const counter = provider.getMeter('test').createCounter('c');
  const hasNews = (): boolean => whole.hasNews(({ name }) => name === 'renamed');
  counter.add(1);
  expect(await valuesOf(interval, 'c')).toEqual([[{}, 1]]);
  expect(await valuesOf(whole, 'c')).toEqual([[{}, 1]]);
  interval.close();
  provider.configure({ views: [{ instrumentName: 'c', name: 'renamed' }] });
  expect(hasNews()).toBe(false);
  counter.add(2);
  expect(hasNews()).toBe(true);
  expect(await valuesOf(whole, 'renamed')).toEqual([[{}, 3]]);
});
