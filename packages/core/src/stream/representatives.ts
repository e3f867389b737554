import type { Stream } from './stream.ts';

/**
 * Values that stand for what a histogram series recorded, with their counts: the upper bound of each bucket (within
 * the least and the greatest value), so that a histogram with the same bounds is filled alike.
 */
export function representatives(histogram: Stream, series: number): [value: number, count: number][] {
  const { boundaries } = histogram;
  const max = histogram.max(series, undefined) ?? boundaries.at(-1) ?? 0;
  return Array.from({ length: boundaries.length + 1 }, (_, bucket): [number, number] => [
    Math.min(boundaries[bucket] ?? max, max),
    histogram.bucket(series, bucket, undefined),
  ]);
}
