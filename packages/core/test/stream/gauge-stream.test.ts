import { expect, test } from 'vitest';
import { MeterProvider } from '../../src/index.ts';
import { metricOf, valuesOf } from '../collected.ts';

test('a gauge shows its last value, to every reader, whatever it is', async () => {
  const provider = new MeterProvider({});
  const [interval, whole] = [provider.addCollector({ temporality: () => 'delta' }), provider.addCollector()];
  const gauge = provider.getMeter('test').createGauge('g');
  for (const value of [1, -2, Number.NaN, Infinity, 0.5]) {
    gauge.record(9);
    gauge.record(value);
    expect([await valuesOf(interval, 'g'), await valuesOf(whole, 'g')]).toEqual([
      [[{}, value]],
      [[{}, value]],
    ]);
  }
});

test('a gauge that was not recorded again is shown to cumulative readers only', async () => {
  const provider = new MeterProvider({});
  const [interval, whole] = [provider.addCollector({ temporality: () => 'delta' }), provider.addCollector()];
  provider.getMeter('test').createGauge('g').record(1);
  await interval.collect();
  expect([await valuesOf(interval, 'g'), await valuesOf(whole, 'g')]).toEqual([[], [[{}, 1]]]);
});

test('the identity of a metric and the numbers of its series stay the same for all collections', async () => {
  const provider = new MeterProvider({});
  const reader = provider.addCollector();
  const gauge = provider.getMeter('test').createGauge('g');
  for (let i = 0; i < 3; i++) gauge.record(i, { i });
  const before = metricOf(await reader.collect(), 'g');
  for (let i = 20; i > 0; i--) gauge.record(i, { i });
  const after = metricOf(await reader.collect(), 'g');
  expect(after?.identity).toBe(before?.identity);
  expect([0, 1, 2].map((series) => after?.attributes(series))).toEqual([{ i: 0 }, { i: 1 }, { i: 2 }]);
});
