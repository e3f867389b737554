import type { ExponentialHistogramValue } from '@org/instrument-core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cumulativeCounts,
  EMPTY_GRID,
  gridBounds,
  MAX_BUCKETS,
  widenGrid,
} from '../../src/prometheus/exponential-buckets.ts';

/** An exponential histogram of these values, at a scale: each value's bucket found by its definition. */
function exponentialOf(values: readonly number[], scale: number): ExponentialHistogramValue {
  const side = (sign: 1 | -1) => {
    const indices = values
      .filter((v) => v * sign > 0)
      .map((v) => Math.ceil(Math.log2(v * sign) * 2 ** scale) - 1);
    const offset = indices.length === 0 ? 0 : Math.min(...indices);
    const counts = new Array<number>(indices.length === 0 ? 0 : Math.max(...indices) - offset + 1).fill(0);
    for (const index of indices) counts[index - offset]!++;
    return { offset, counts };
  };
  return {
    count: values.length,
    sum: values.reduce((a, b) => a + b, 0),
    min: undefined,
    max: undefined,
    zeroCount: values.filter((v) => v === 0).length,
    scale,
    positive: side(1),
    negative: side(-1),
  };
}

const boundsOf = (...values: ExponentialHistogramValue[]): number[] =>
  gridBounds(values.reduce(widenGrid, EMPTY_GRID));

describe('classic buckets of an exponential histogram', () => {
  it('are its own where they are few', () => {
    const value = exponentialOf([1.5, 3, 3, 0, -3], 0);
    const bounds = boundsOf(value);
    expect(bounds).toEqual([-2, 0, 2, 4]);
    expect(cumulativeCounts(value, bounds)).toEqual([1, 2, 3, 5, 5]);
  });

  it('are at most 32 of each sign, ascending, and count what lies below their bound', () => {
    // Powers of 2 apart from bounds, so that no rounding decides a bucket.
    const magnitude = fc.tuple(
      fc.integer({ min: -60, max: 60 }),
      fc.double({ min: 1.01, max: 1.99, noNaN: true }),
    );
    const value = fc.oneof(
      magnitude.map(([exponent, mantissa]) => mantissa * 2 ** exponent),
      magnitude.map(([exponent, mantissa]) => -mantissa * 2 ** exponent),
      fc.constant(0),
    );
    fc.assert(
      fc.property(
        fc.array(fc.array(value, { maxLength: 20 }), { maxLength: 4 }),
        fc.integer({ min: -2, max: 3 }),
        (all, scale) => {
          const histograms = all.map((values) => exponentialOf(values, scale));
          const bounds = boundsOf(...histograms);
          expect(bounds.filter((bound) => bound > 0).length).toBeLessThanOrEqual(MAX_BUCKETS);
          expect(bounds.filter((bound) => bound < 0).length).toBeLessThanOrEqual(MAX_BUCKETS);
          expect(bounds.toSorted((a, b) => a - b)).toEqual(bounds);
          expect(bounds).toContain(0);
          for (const [i, values] of all.entries()) {
            const expected = [...bounds, Infinity].map((bound) => values.filter((v) => v <= bound).length);
            expect(cumulativeCounts(histograms[i]!, bounds)).toEqual(expected);
          }
        },
      ),
    );
  });

  it('of one bound have one value at every scale, so that its text never changes', () => {
    for (let scale = -2; scale < 10; scale++) {
      const fine = boundsOf(exponentialOf([1.999], scale + 1)).at(-1);
      expect(boundsOf(exponentialOf([1.999], scale)).at(-1)! >= fine!).toBe(true);
      expect(boundsOf(exponentialOf([1.999], scale)).at(-1)).toBe(scale <= 0 ? 2 ** (2 ** -scale) : 2);
    }
  });

  it('stay finite and ascending at the ends of float64', () => {
    const bounds = boundsOf(exponentialOf([Number.MAX_VALUE, Number.MIN_VALUE * 3, -Number.MAX_VALUE], 0));
    expect(bounds.every(Number.isFinite)).toBe(true);
    expect(new Set(bounds).size).toBe(bounds.length);
  });

  it('put what a grid does not reach into +Inf', () => {
    const bounds = boundsOf(exponentialOf([1.5], 0));
    expect(cumulativeCounts(exponentialOf([1.5, 3], 0), bounds)).toEqual([0, 1, 2]);
  });
});
