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

/** Values halfway, by exponent, between two bounds of scale 3, so that no rounding decides their bucket; up to so many octaves from 1. */
const magnitudes = (octaves: number): fc.Arbitrary<number> =>
  fc.integer({ min: -8 * octaves, max: 8 * octaves }).map((index) => 2 ** ((index + 0.5) / 8));

const boundsOf = (...values: ExponentialHistogramValue[]): number[] =>
  gridBounds(values.reduce(widenGrid, EMPTY_GRID));

describe('classic buckets of an exponential histogram', () => {
  it('are its own where they are few', () => {
    const value = exponentialOf([1.5, 3, 3, 0, -3], 0);
    const bounds = boundsOf(value);
    expect(bounds).toEqual([-4, -2, 0, 1, 2, 4]);
    expect(cumulativeCounts(value, bounds)).toEqual([0, 1, 2, 2, 3, 5, 5]);
  });

  it('tell at most 32 of each sign apart, ascending, and count what lies below their bound', () => {
    const value = fc.oneof(
      magnitudes(60),
      magnitudes(60).map((magnitude) => -magnitude),
      fc.constant(0),
    );
    fc.assert(
      fc.property(
        fc.array(fc.array(value, { maxLength: 20 }), { maxLength: 4 }),
        fc.integer({ min: -2, max: 3 }),
        (all, scale) => {
          const histograms = all.map((values) => exponentialOf(values, scale));
          const bounds = boundsOf(...histograms);
          const { positive, negative } = histograms.reduce(widenGrid, EMPTY_GRID);
          expect(Math.max(positive.size, negative.size)).toBeLessThanOrEqual(MAX_BUCKETS);
          // Its two ends, and a power of two.
          expect(bounds.length).toBeLessThanOrEqual(3 * (positive.size + negative.size) + 1);
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

  it('stay where they were when a value comes that is far from all others', () => {
    const requests = Array.from({ length: 40 }, (_, i) => 0.1 + i * 0.02);
    const before = boundsOf(exponentialOf(requests, 6));
    const after = boundsOf(exponentialOf([...requests, 900], 3));
    expect(before.filter((bound) => !after.includes(bound))).toEqual([]);
  });

  it('leave what was counted before below the next power of two, as what was there before shows it', () => {
    fc.assert(
      fc.property(
        fc.array(magnitudes(7), { minLength: 1, maxLength: 60 }),
        fc.array(magnitudes(7), { maxLength: 60 }),
        (values, more) => {
          const before = new Set(boundsOf(exponentialOf(values, 3)));
          const kept = boundsOf(exponentialOf([...values, ...more], 3)).filter((bound) => before.has(bound));
          for (const value of values) {
            const bound = kept.find((each) => each >= value);
            expect(bound).toBeLessThanOrEqual(2 ** Math.ceil(Math.log2(value)));
          }
        },
      ),
    );
  });

  it('of one bound have one value at every scale, so that its text never changes', () => {
    for (let scale = -2; scale < 10; scale++) {
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
    expect(cumulativeCounts(exponentialOf([1.5, 3], 0), bounds)).toEqual([0, 0, 1, 2]);
  });
});
