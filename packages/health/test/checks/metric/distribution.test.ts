import { MeterProvider } from '@org/instrument-core';
import { expect, test } from 'vitest';
import {
  addBuckets,
  type Distribution,
  distributionSince,
  quantileOf,
} from '../../../src/checks/metric/distribution.ts';

/** The buckets that a real meter makes of these values. */
function recorded(values: readonly number[], aggregation?: 'exponential_histogram'): Distribution {
  const views =
    aggregation === undefined ? [] : [{ instrumentName: 'h', aggregation: { type: aggregation } }];
  const provider = new MeterProvider({ views });
  const histogram = provider
    .getMeter('test')
    .createHistogram('h', { advice: { explicitBucketBoundaries: [10, 20] } });
  for (const value of values) histogram.record(value);
  const target = new Map<number, number>();
  const scope = provider
    .addCollector()
    .collectNow()
    .scopes.find((one) => one.scope.name === 'test');
  for (const point of scope?.metrics[0]?.points() ?? []) addBuckets(target, point.value);
  return target;
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

test('quantiles are interpolated inside their bucket', () => {
  const distribution = recorded(upTo(20));
  expect(quantileOf(distribution, 0.5, 20)).toBe(10);
  expect(quantileOf(distribution, 0.75, 20)).toBe(15);
});

test('beyond the last bound, the greatest value is the end', () => {
  expect(quantileOf(recorded([30, 40]), 1, 40)).toBe(40);
  expect(quantileOf(recorded([30, 40]), 0.5, 40)).toBe(30);
});

test('nothing has no quantiles', () => {
  expect(quantileOf(recorded([]), 0.5, 0)).toBeUndefined();
  const all = recorded([1]);
  expect(quantileOf(distributionSince(all, all), 0.5, 1)).toBeUndefined();
});

test('exponential histograms are as near as their buckets are narrow', () => {
  const distribution = recorded(upTo(1_000), 'exponential_histogram');
  expect(Math.abs((quantileOf(distribution, 0.99, 1_000) ?? 0) / 990 - 1)).toBeLessThan(0.05);
});

test('what was added since is what counts', () => {
  const since = distributionSince(recorded([1, 1, 1, 15]), recorded([1, 1, 1]));
  expect([...since]).toEqual([
    [10, 0],
    [20, 1],
    [Number.POSITIVE_INFINITY, 0],
  ]);
});

test('a histogram that has begun anew counts as a whole', () => {
  const now = recorded([15]);
  expect(distributionSince(now, recorded([1, 1]))).toBe(now);
});
