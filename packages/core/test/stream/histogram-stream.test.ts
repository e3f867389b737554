import { describe, expect, test } from 'vitest';
import { MeterProvider } from '../../src/index.ts';
import { histogramOf, pointsOf } from '../collected.ts';

function start(boundaries?: number[], recordMinMax = true) {
  const options = boundaries === undefined ? { recordMinMax } : { boundaries, recordMinMax };
  const provider = new MeterProvider({
    views: [{ instrumentName: 'h', aggregation: { type: 'explicit_bucket_histogram', options } }],
  });
  return { reader: provider.addCollector(), gauge: provider.getMeter('test').createGauge('h') };
}

describe('buckets', () => {
  test('hold their upper bound', async () => {
    const { reader, gauge } = start([1, 2]);
    for (const value of [0, 1, 1.5, 2, 2.5]) gauge.record(value);
    expect((await histogramOf(reader, 'h')).counts).toEqual([2, 2, 1]);
  });

  test('are sorted, each once, and infinities are no bounds', async () => {
    const { reader, gauge } = start([5, -1, Infinity, 5, 2, -Infinity, Number.NaN]);
    gauge.record(3);
    const { boundaries, counts } = await histogramOf(reader, 'h');
    expect([boundaries, counts]).toEqual([
      [-1, 2, 5],
      [0, 0, 1, 0],
    ]);
  });

  test('may be one that holds all', async () => {
    const { reader, gauge } = start([]);
    for (const value of [-3, 4]) gauge.record(value);
    expect(await histogramOf(reader, 'h')).toMatchObject({ boundaries: [], counts: [2], min: -3, max: 4 });
  });

  test('are the default ones of the specification where nobody says otherwise', async () => {
    const { reader, gauge } = start();
    gauge.record(1);
    expect((await histogramOf(reader, 'h')).boundaries).toEqual([
      0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000,
    ]);
  });
});

describe('values that are not finite', () => {
  test('infinities are counted in the outer buckets', async () => {
    const { reader, gauge } = start([0]);
    gauge.record(Infinity);
    expect(await histogramOf(reader, 'h')).toMatchObject({ counts: [0, 1], sum: Infinity, max: Infinity });
    gauge.record(-Infinity);
    expect(await histogramOf(reader, 'h')).toMatchObject({ counts: [1, 1], min: -Infinity, sum: Number.NaN });
  });

  test('NaN makes the series known and changes nothing else', async () => {
    const { reader, gauge } = start([0]);
    gauge.record(Number.NaN);
    expect(await histogramOf(reader, 'h')).toMatchObject({
      count: 0,
      sum: 0,
      min: undefined,
      max: undefined,
    });
    gauge.record(2);
    gauge.record(Number.NaN);
    expect(await histogramOf(reader, 'h')).toMatchObject({ count: 1, sum: 2, min: 2, max: 2 });
  });
});

test('the least and the greatest value are not shown when a view says so', async () => {
  const { reader, gauge } = start([0], false);
  gauge.record(2);
  expect(await histogramOf(reader, 'h')).toMatchObject({ count: 1, min: undefined, max: undefined });
});

test('what is collected can be read in place, series by series', async () => {
  const { reader, gauge } = start([1]);
  gauge.record(1, { a: 1 });
  gauge.record(3, { a: 2 });
  const points = await pointsOf(reader, 'h');
  const { scopes } = await reader.collect();
  const metric = scopes.find(({ scope }) => scope.name === 'test')?.metrics[0];
  const read = [0, 1].map((series) => [
    metric?.attributes(series),
    metric?.value(series),
    metric?.count(series),
    [metric?.bucket(series, 0), metric?.bucket(series, 1)],
  ]);
  expect(points).toHaveLength(2);
  expect(read).toEqual([
    [{ a: 1 }, 1, 1, [1, 0]],
    [{ a: 2 }, 3, 1, [0, 1]],
  ]);
});
