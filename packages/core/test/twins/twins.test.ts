import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldedSeries, TwinTable } from '../../src/index.ts';

test('a series is found to be the same as the first of its like, whatever the hash', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 200 }),
      fc.integer({ min: 1, max: 50 }),
      (values, buckets) => {
        const table = new TwinTable();
        const firsts = values.map((value, series) =>
          table.add(series, value % buckets, (other) => values[other] === value),
        );
        expect(firsts).toEqual(values.map((value) => values.indexOf(value)));
        expect([table.has(values.length - 1), table.has(values.length)]).toEqual([true, false]);
      },
    ),
  );
});

const metric = (kind: 'gauge' | 'sum', values: readonly (number | undefined)[], recencies?: number[]) => ({
  kind,
  has: (series: number) => values[series] !== undefined,
  value: (series: number) => values[series] as number,
  ...(recencies === undefined ? {} : { recency: (series: number) => recencies[series] as number }),
});

test('series that stand for others are added up, of gauges the latest counts', () => {
  const twins = new Map([[0, [2, 3]]]);
  expect(foldedSeries(metric('sum', [1, 2, 4, undefined]), twins).value(0)).toBe(5);
  expect(foldedSeries(metric('sum', [1, 2, 4, undefined]), twins).value(1)).toBe(2);
  expect(foldedSeries(metric('gauge', [1, 2, 4, 8]), twins).value(0)).toBe(8);
  expect(foldedSeries(metric('gauge', [1, 2, 4, 8], [0, 0, 9, 5]), twins).value(0)).toBe(4);
  // One that has no value any more is not the latest.
  expect(foldedSeries(metric('gauge', [undefined, 2, 4, 8], [9, 0, 3, 5]), twins).value(0)).toBe(8);
});
