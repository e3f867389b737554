import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BucketFinder } from '../../src/stream/bucket-finder.ts';
import { DEFAULT_BOUNDARIES } from '../../src/stream/histogram-stream.ts';

/** What the words of the specification say: upper bounds are inclusive, and the last bucket has none. */
function bucketOf(value: number, bounds: readonly number[]): number {
  const index = bounds.findIndex((bound) => value <= bound);
  return index < 0 ? bounds.length : index;
}

/** Neighbours of a number: what rounding would take over a bound. */
function around(value: number): number[] {
  const bits = new BigInt64Array(new Float64Array([value]).buffer);
  return [0n, 1n, -1n].map(
    (step) => new Float64Array(new BigInt64Array([(bits[0] ?? 0n) + step]).buffer)[0] ?? 0,
  );
}

const edges = [0, -0, 1, Number.MIN_VALUE, Number.MAX_VALUE, 2 ** -1022, 2 ** 31, 2 ** 32, 2 ** 1023].flatMap(
  (edge) => [edge, -edge],
);
const finite = fc
  .oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer({ min: -1_100, max: 1_100 }).map((exponent) => 2 ** exponent),
    fc.constantFrom(...edges),
  )
  .filter(Number.isFinite);
/** Boundaries as people choose them: by factors, evenly, about zero; and any. */
const boundaries = fc
  .oneof(
    fc.array(finite, { maxLength: 40 }),
    fc
      .tuple(finite, fc.double({ min: 1.01, max: 10, noNaN: true }), fc.nat(200))
      .map(([first, factor, length]) => Array.from({ length }, (_, i) => first * factor ** i)),
    fc
      .tuple(finite, finite, fc.nat(200))
      .map(([first, step, length]) => Array.from({ length }, (_, i) => first + step * i)),
    fc.constant([...DEFAULT_BOUNDARIES]),
  )
  .map((bounds) =>
    [...new Set(bounds.filter(Number.isFinite).map((bound) => bound + 0))].sort((a, b) => a - b),
  );

describe('BucketFinder', () => {
  it('finds the first bound that is not less than a value, for any bounds and any value', () => {
    fc.assert(
      fc.property(boundaries, fc.array(finite, { maxLength: 50 }), (bounds, values) => {
        const finder = new BucketFinder(bounds);
        const all = [
          ...values,
          ...bounds.flatMap(around),
          ...edges,
          Number.POSITIVE_INFINITY,
          Number.NEGATIVE_INFINITY,
        ];
        for (const value of all.filter((each) => !Number.isNaN(each))) {
          expect([value, finder.find(value)]).toEqual([value, bucketOf(value, bounds)]);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
