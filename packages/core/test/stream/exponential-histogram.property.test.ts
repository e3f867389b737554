import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bucketIndex,
  bucketUpperBound,
  ExponentialHistogram,
} from '../../src/stream/exponential-histogram.ts';

const MIN_NORMAL = 2 ** -1022;
const positive = fc.double({ min: MIN_NORMAL, max: Number.MAX_VALUE, noNaN: true });
const scale = fc.integer({ min: -10, max: 20 });
/** Of the logarithm, which the index is the whole part of: an error of some units in the last place. */
const TOLERANCE = 1e-12;

function recorded(values: readonly number[], maxSize: number): ExponentialHistogram {
  const histogram = new ExponentialHistogram(maxSize);
  for (const value of values) histogram.record(value);
  return histogram;
}

describe('the bucket of a value', () => {
  test('has bounds around the value, the upper one inclusive', () => {
    fc.assert(
      fc.property(positive, scale, (value, at) => {
        const index = bucketIndex(value, at);
        const low = bucketUpperBound(index - 1, at);
        const high = bucketUpperBound(index, at);
        expect(value).toBeGreaterThan(low * (1 - TOLERANCE));
        expect(value).toBeLessThanOrEqual(high * (1 + TOLERANCE));
      }),
      { numRuns: 20_000 },
    );
  });

  test('is exactly the one below for a power of two', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1022, max: 1023 }), scale, (exponent, at) => {
        const expected = at >= 0 ? exponent * 2 ** at - 1 : Math.ceil(exponent / 2 ** -at) - 1;
        expect(bucketIndex(2 ** exponent, at)).toBe(expected);
      }),
      { numRuns: 5_000 },
    );
  });

  test('is that of the least normal number for subnormal ones', () => {
    for (let at = -10; at <= 20; at++) {
      expect(bucketIndex(5e-324, at)).toBe(bucketIndex(MIN_NORMAL, at));
    }
  });

  test('at a coarser scale is the finer one divided by two', () => {
    fc.assert(
      fc.property(positive, fc.integer({ min: -9, max: 0 }), (value, at) => {
        expect(bucketIndex(value, at - 1)).toBe(bucketIndex(value, at) >> 1);
      }),
    );
  });
});

// Not close to a bound of a fine bucket, where a logarithm and a shift of it may round apart.
const clear = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: -60, max: 60 }), fc.boolean());
const values = fc.array(
  clear.map(([mantissa, exponent, negative]) => (negative ? -1 : 1) * (1 + mantissa / 8) * 2 ** exponent),
  { maxLength: 60 },
);
const maxSize = fc.constantFrom(2, 3, 20, 160);

describe('an exponential histogram', () => {
  test('never holds more buckets of a sign than it may, and loses no value', () => {
    fc.assert(
      fc.property(fc.array(fc.double()), maxSize, (all, size) => {
        const { positive: above, negative: below, zeroCount, count } = recorded(all, size).value(true);
        const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
        expect(above.counts.length).toBeLessThanOrEqual(size);
        expect(below.counts.length).toBeLessThanOrEqual(size);
        expect(sum(above.counts) + sum(below.counts) + zeroCount).toBe(count);
        expect(count).toBe(all.filter(Number.isFinite).length);
      }),
    );
  });

  test('does not depend on the order of the values', () => {
    fc.assert(
      fc.property(values, maxSize, (all, size) => {
        const backwards = recorded([...all].reverse(), size).value(true);
        expect({ ...backwards, sum: 0 }).toEqual({ ...recorded(all, size).value(true), sum: 0 });
      }),
    );
  });

  test('merged from two parts is as if all had been recorded in one', () => {
    fc.assert(
      fc.property(values, values, maxSize, (some, others, size) => {
        const merged = recorded(some, size);
        merged.merge(recorded(others, size));
        const whole = recorded([...some, ...others], size);
        // Sums are added up in another order.
        expect({ ...merged.value(true), sum: 0 }).toEqual({ ...whole.value(true), sum: 0 });
        const magnitude = [...some, ...others].reduce((sum, value) => sum + Math.abs(value), 1);
        expect(Math.abs(merged.sum - whole.sum) / magnitude).toBeLessThan(1e-12);
      }),
    );
  });
});
