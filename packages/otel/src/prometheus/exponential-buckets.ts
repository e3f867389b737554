import type { ExponentialBuckets, ExponentialHistogramValue } from '@org/instrument-core';

/** Classic buckets shown of one sign of an exponential histogram, at most. */
export const MAX_BUCKETS = 32;

/** A range of exponential bucket indices, both ends in it; empty when `first > last`. */
interface IndexRange {
  readonly first: number;
  readonly last: number;
}

/** A scale and the buckets of it that hold all values of a metric. */
export interface ExponentialGrid {
  readonly scale: number;
  readonly positive: IndexRange;
  readonly negative: IndexRange;
}

const EMPTY: IndexRange = { first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY };

/** A grid without buckets, at the finest scale there is. */
export const EMPTY_GRID: ExponentialGrid = { scale: 20, positive: EMPTY, negative: EMPTY };

/**
 * Widens a grid so that it covers another series, coarser if need be: at most {@link MAX_BUCKETS} per sign. All
 * series of a metric share one grid, so that `sum by (le)` over them is right. Lowering the scale by one joins
 * buckets `2i` and `2i + 1` into `i` (OpenTelemetry metrics data model, "Exponential Scale").
 */
export function widenGrid(grid: ExponentialGrid, value: ExponentialHistogramValue): ExponentialGrid {
  let scale = Math.min(grid.scale, value.scale);
  let positive = union(
    coarser(grid.positive, grid.scale - scale),
    coarser(populated(value.positive), value.scale - scale),
  );
  let negative = union(
    coarser(grid.negative, grid.scale - scale),
    coarser(populated(value.negative), value.scale - scale),
  );
  while (width(positive) > MAX_BUCKETS || width(negative) > MAX_BUCKETS) {
    scale--;
    positive = coarser(positive, 1);
    negative = coarser(negative, 1);
  }
  return { scale, positive, negative };
}

/** The upper bounds of a grid's buckets, ascending and finite: the negative ones, 0, the positive ones. */
export function gridBounds(grid: ExponentialGrid): number[] {
  const bounds: number[] = [];
  for (let i = grid.negative.last; i >= grid.negative.first; i--) bounds.push(-lowerBound(i, grid.scale));
  bounds.push(0);
  for (let i = grid.positive.first; i <= grid.positive.last; i++) bounds.push(lowerBound(i + 1, grid.scale));
  // At the ends of float64 a bound can be infinite, or a tiny one be 0.
  return bounds.filter((bound, i) => Number.isFinite(bound) && (i === 0 || bound > bounds[i - 1]!));
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

function populated(buckets: ExponentialBuckets): IndexRange {
  const first = buckets.counts.findIndex((count) => count !== 0);
  if (first === -1) return EMPTY;
  const last = buckets.counts.findLastIndex((count) => count !== 0);
  return { first: buckets.offset + first, last: buckets.offset + last };
}

function union(a: IndexRange, b: IndexRange): IndexRange {
  return { first: Math.min(a.first, b.first), last: Math.max(a.last, b.last) };
}

function coarser(range: IndexRange, steps: number): IndexRange {
  const factor = 2 ** steps;
  return { first: Math.floor(range.first / factor), last: Math.floor(range.last / factor) };
}

function width(range: IndexRange): number {
  return range.last - range.first + 1;
}
