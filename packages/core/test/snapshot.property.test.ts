import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  bucketUpperBound,
  type ExponentialHistogramValue,
  type HistogramValue,
  MeterProvider,
} from '../src/index.ts';
import { pointsOf } from './collected.ts';

const QUANTILES = { p50: 0.5, p75: 0.75, p90: 0.9, p95: 0.95, p99: 0.99 } as const;
// Nothing so small that the interpolation of a coarse bucket rounds it away.
const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((v) => (Math.abs(v) < 1e-9 ? 0 : v));
const values = fc.array(finite, { minLength: 1, maxLength: 200 });
const boundaries = fc.uniqueArray(fc.integer({ min: -1_000_000, max: 1_000_000 }), { maxLength: 12 });

/** The least value that at least the share `q` of all values does not exceed. */
function exactQuantile(all: readonly number[], q: number): number {
  const sorted = [...all].sort((a, b) => a - b);
  return sorted[sorted.findIndex((_, i) => i + 1 >= q * sorted.length)] as number;
}

/** Bounds of the bucket of an explicit-bucket histogram that holds a value. */
function explicitBucket({ boundaries: bounds }: HistogramValue, value: number): [number, number] {
  const i = bounds.findIndex((bound) => value <= bound);
  return i < 0
    ? [bounds.at(-1) ?? Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    : [bounds[i - 1] ?? Number.NEGATIVE_INFINITY, bounds[i] as number];
}

/** Bounds of the bucket of an exponential histogram that holds a value, a little wider for rounding. */
function exponentialBucket({ scale }: ExponentialHistogramValue, value: number): [number, number] {
  if (value === 0) return [0, 0];
  const index = Math.ceil(Math.log2(Math.abs(value)) * 2 ** scale) - 1;
  const bounds = [
    bucketUpperBound(index - 1, scale) * (1 - 1e-9),
    bucketUpperBound(index, scale) * (1 + 1e-9),
  ];
  return value > 0
    ? [bounds[0] as number, bounds[1] as number]
    : [-(bounds[1] as number), -(bounds[0] as number)];
}

async function check(
  all: readonly number[],
  aggregation: NonNullable<ConstructorParameters<typeof MeterProvider>[0]>['views'],
  bucketOf: (value: never, exact: number) => [number, number],
): Promise<void> {
  const provider = new MeterProvider({ views: aggregation });
  const gauge = provider.getMeter('test').createGauge('g');
  for (const value of all) gauge.record(value);
  const shown = provider.snapshot().find(({ name }) => name === 'g');
  const point = (await pointsOf(provider.addCollector(), 'g'))[0]?.value;
  for (const [name, q] of Object.entries(QUANTILES)) {
    const [low, high] = bucketOf(point as never, exactQuantile(all, q));
    const estimate = shown?.quantiles?.[name as keyof typeof QUANTILES] as number;
    expect(estimate).toBeGreaterThanOrEqual(Math.max(low, Math.min(...all)));
    expect(estimate).toBeLessThanOrEqual(Math.min(high, Math.max(...all)));
  }
}

test('an estimated quantile lies in the explicit bucket that holds the exact one', async () => {
  await fc.assert(
    fc.asyncProperty(values, boundaries, (all, bounds) =>
      check(
        all,
        [
          {
            instrumentName: 'g',
            aggregation: { type: 'explicit_bucket_histogram', options: { boundaries: bounds } },
          },
        ],
        explicitBucket,
      ),
    ),
    {
      numRuns: 500,
      // Where rounding led beyond the upper bound of a bucket.
      examples: [[[229377.00000000003, 0, 0, 0, 0, 0, 0, 0, -32767.999986379495, 0], [229377]]],
    },
  );
});

test('an estimated quantile lies in the exponential bucket that holds the exact one', async () => {
  await fc.assert(
    fc.asyncProperty(values, fc.constantFrom(4, 20, 160), (all, maxSize) =>
      check(
        all,
        [{ instrumentName: 'g', aggregation: { type: 'exponential_histogram', options: { maxSize } } }],
        exponentialBucket,
      ),
    ),
    { numRuns: 500 },
  );
});
