import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { histogramQuantile } from '../../../core/src/snapshot.ts';
import { bucketIndex } from '../../../core/src/stream/exponential-histogram.ts';
import { addExplicit, addExponential, Distribution } from '../../src/encode/distribution.ts';
import { quantileName, quantileOf } from '../../src/encode/quantile.ts';
import { eachSample } from '../../src/encode/samples.ts';

const BOUNDARIES = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000];
const values = fc.array(
  fc.oneof(
    fc.double({ min: -100, max: 20_000, noNaN: true }),
    fc.integer({ min: 0, max: 12_000 }),
    fc.constantFrom(...BOUNDARIES),
  ),
  { minLength: 1, maxLength: 60 },
);

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, value) => sum + value, 0);
const bucketOf = (value: number): number => {
  const at = BOUNDARIES.findIndex((bound) => value <= bound);
  return at === -1 ? BOUNDARIES.length : at;
};

function explicit(recorded: readonly number[], withExtremes: boolean): Distribution {
  const distribution = new Distribution();
  const extremes = withExtremes ? [Math.min(...recorded), Math.max(...recorded)] : [];
  distribution.begin(sumOf(recorded), extremes[0], extremes[1], 1);
  const counts = BOUNDARIES.concat(Number.NaN).map(
    (_, i) => recorded.filter((value) => bucketOf(value) === i).length,
  );
  addExplicit(distribution, BOUNDARIES, counts);
  return distribution;
}

function samplesOf(distribution: Distribution): number[] {
  const samples: number[] = [];
  eachSample(distribution, (value, count) => samples.push(...new Array<number>(count).fill(value)));
  return samples;
}

describe('samples of a histogram', () => {
  it('are as many as were recorded, in each bucket too', () => {
    fc.assert(
      fc.property(values, (recorded) => {
        const samples = samplesOf(explicit(recorded, true));
        const perBucket = (numbers: readonly number[]) =>
          BOUNDARIES.concat(Number.NaN).map(
            (_, i) => numbers.filter((value) => bucketOf(value) === i).length,
          );
        expect(perBucket(samples)).toEqual(perBucket(recorded));
      }),
      { numRuns: 1_000 },
    );
  });

  it('have the sum, and so the mean, of what was recorded', () => {
    fc.assert(
      fc.property(values, (recorded) => {
        const scale = Math.max(1, ...recorded.map(Math.abs)) * recorded.length;
        expect(Math.abs(sumOf(samplesOf(explicit(recorded, true))) - sumOf(recorded)) / scale).toBeLessThan(
          1e-6,
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('have the least and the greatest value', () => {
    fc.assert(
      fc.property(values, (recorded) => {
        const samples = samplesOf(explicit(recorded, true));
        expect(Math.min(...samples)).toBeCloseTo(Math.min(...recorded), 9);
        expect(Math.max(...samples)).toBeCloseTo(Math.max(...recorded), 9);
      }),
    );
  });

  it('are as many as were recorded where extremes are not known', () => {
    fc.assert(
      fc.property(values, (recorded) => {
        expect(samplesOf(explicit(recorded, false))).toHaveLength(recorded.length);
      }),
    );
  });

  it('of one value are that value', () => {
    expect(samplesOf(explicit([0.1 + 0.2], true))).toEqual([0.1 + 0.2]);
  });

  it('of an exponential histogram lie in the buckets of those recorded, and have their sum', () => {
    const positives = fc.array(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(positives, fc.integer({ min: -2, max: 6 }), fc.nat(3), (recorded, scale, zeros) => {
        const indexes = recorded.map((value) => bucketIndex(value, scale));
        const offset = Math.min(...indexes);
        const counts = new Array<number>(Math.max(...indexes) - offset + 1).fill(0);
        for (const index of indexes) counts[index - offset]!++;
        const distribution = new Distribution();
        const least = zeros > 0 ? 0 : Math.min(...recorded);
        distribution.begin(sumOf(recorded), least, Math.max(...recorded), 1);
        addExponential(distribution, scale, zeros, { offset, counts }, { offset: 0, counts: [] });
        const samples = samplesOf(distribution);
        expect(samples).toHaveLength(recorded.length + zeros);
        expect(Math.abs(sumOf(samples) / sumOf(recorded) - 1)).toBeLessThan(1e-6);
        expect(samples.filter((value) => value === 0)).toHaveLength(zeros);
      }),
      { numRuns: 500 },
    );
  });

  it('are in other units when told so', () => {
    const distribution = new Distribution();
    distribution.begin(1.5, 0.5, 1, 1_000);
    addExplicit(distribution, [0.5, 1], [1, 1, 0]);
    expect(samplesOf(distribution)).toEqual([500, 1_000]);
  });
});

describe('quantiles', () => {
  it('are those of the snapshot', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (recorded, q) => {
        const counts = BOUNDARIES.concat(Number.NaN).map(
          (_, i) => recorded.filter((value) => bucketOf(value) === i).length,
        );
        const [min, max] = [Math.min(...recorded), Math.max(...recorded)];
        const value = {
          count: recorded.length,
          sum: sumOf(recorded),
          min,
          max,
          boundaries: BOUNDARIES,
          counts,
        };
        expect(quantileOf(explicit(recorded, true), q)).toBeCloseTo(histogramQuantile(value, q), 9);
      }),
    );
  });

  it.each([
    [0.5, 'p50'],
    [0.05, 'p05'],
    [0.99, 'p99'],
    [0.999, 'p999'],
  ])('%d is called %s', (q, name) => {
    expect(quantileName(q)).toBe(name);
  });
});
