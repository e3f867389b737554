import type { ExponentialHistogramValue } from '@org/instrument-core';

/** Buckets with values of one sign that are told apart, at most. */
export const MAX_BUCKETS = 32;

/** Finest scale shown: a bucket ends 9 % above where it begins (2^(2^-3)), as in the native histograms of Prometheus. */
const FINEST_SCALE = 3;

/** A scale, and indices of its buckets that have values, of any series of a metric. */
export interface ExponentialGrid {
  readonly scale: number;
  readonly positive: ReadonlySet<number>;
  readonly negative: ReadonlySet<number>;
}

/** A grid without buckets. */
export const EMPTY_GRID: ExponentialGrid = { scale: FINEST_SCALE, positive: new Set(), negative: new Set() };

/**
 * Adds the buckets of another series to a grid, coarser if need be: at most {@link MAX_BUCKETS} per sign. All
 * series of a metric share one grid, so that `sum by (le)` over them is right. Lowering the scale by one joins
 * buckets `2i` and `2i + 1` into `i` (OpenTelemetry metrics data model, "Exponential Scale").
 */
export function widenGrid(grid: ExponentialGrid, value: ExponentialHistogramValue): ExponentialGrid {
  let scale = Math.min(grid.scale, value.scale);
  const both = (sign: 'positive' | 'negative'): Set<number> => {
    const indices = coarser(grid[sign], grid.scale - scale);
    const factor = 2 ** (value.scale - scale);
    const { offset, counts } = value[sign];
    for (let i = 0; i < counts.length; i++) {
      if (counts[i] !== 0) indices.add(Math.floor((offset + i) / factor));
    }
    return indices;
  };
  let [positive, negative] = [both('positive'), both('negative')];
  while (positive.size > MAX_BUCKETS || negative.size > MAX_BUCKETS) {
    scale--;
    [positive, negative] = [coarser(positive, 1), coarser(negative, 1)];
  }
  return { scale, positive, negative };
}

/**
 * The upper bounds of the classic buckets, ascending and finite: the negative ones, 0, the positive ones. Where each bucket with
 * values begins and ends, and, above, the next power of two.
 *
 * `rate()` knows nothing of what a new bound counted before it came up, so bounds must stay while values come that are far from all
 * others. What is new between two of them has counted nothing before; and when the scale falls, which doubles the buckets, what
 * ended at a bound that is gone is below a power of two that was there.
 */
export function gridBounds({ scale, positive, negative }: ExponentialGrid): number[] {
  const octave = 2 ** Math.max(0, scale);
  // As indices of lower bounds; of what is negative they are upper ones.
  const above = new Set<number>();
  for (const i of positive)
    above
      .add(i)
      .add(i + 1)
      .add(Math.ceil((i + 1) / octave) * octave);
  const below = new Set<number>();
  for (const i of negative)
    below
      .add(i)
      .add(i + 1)
      .add(Math.floor(i / octave) * octave);
  const bounds = [
    ...Array.from(below, (index) => -lowerBound(index, scale)),
    0,
    ...Array.from(above, (index) => lowerBound(index, scale)),
  ].filter(Number.isFinite);
  // At the ends of float64 a tiny bound can be 0.
  return [...new Set(bounds.map((bound) => bound || 0))].sort((a, b) => a - b);
}

/**
 * Cumulative counts of a series at the given bounds; one more, for `+Inf`, at the end. A bucket counts from the first
 * bound that is not below its own upper bound, so that counts stay right when a series has outgrown the grid.
 */
export function cumulativeCounts(value: ExponentialHistogramValue, bounds: readonly number[]): number[] {
  const counts = new Array<number>(bounds.length + 1).fill(0);
  let at = 0;
  const add = (upper: number, count: number): void => {
    while (at < bounds.length && bounds[at]! < upper) at++;
    counts[at]! += count;
  };
  const { negative, positive, scale } = value;
  for (let i = negative.counts.length - 1; i >= 0; i--) {
    if (negative.counts[i] !== 0) add(-lowerBound(negative.offset + i, scale), negative.counts[i]!);
  }
  add(0, value.zeroCount);
  for (let i = 0; i < positive.counts.length; i++) {
    if (positive.counts[i] !== 0) add(lowerBound(positive.offset + i + 1, scale), positive.counts[i]!);
  }
  for (let i = 1; i < counts.length; i++) counts[i]! += counts[i - 1]!;
  return counts;
}

/**
 * Lower bound of bucket `index`: base^index with base = 2^(2^-scale). The exponent is exact, so that one bound has
 * the same value, and thus the same text, at every scale that has it.
 */
function lowerBound(index: number, scale: number): number {
  return 2 ** (index * 2 ** -scale);
}

function coarser(indices: ReadonlySet<number>, steps: number): Set<number> {
  const factor = 2 ** steps;
  return new Set(Array.from(indices, (index) => Math.floor(index / factor)));
}
