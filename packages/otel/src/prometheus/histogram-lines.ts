import { EXPONENTIAL_EXEMPLARS, type Exemplar } from '@org/instrument-core';
import { cumulativeCounts } from './exponential-buckets.ts';
import type { TextFormat } from './exposition.ts';
import type { FamilyMember } from './family.ts';
import type { ShownMetric } from './folded-metric.ts';
import { type BucketLines, bucketLines } from './metric-text.ts';
import { writeBucket, writeSample } from './sample-lines.ts';
import type { TextWriter } from './text-writer.ts';

/** The finite bounds of an explicit-bucket histogram and its lines in one format, kept with the metric's text. */
export function explicitLines(member: FamilyMember, format: TextFormat): BucketLines {
  const { buckets } = member.text;
  let lines = buckets.get(format);
  if (lines === undefined) {
    lines = bucketLines(member.text, member.metric.boundaries.filter(Number.isFinite), format);
    buckets.set(format, lines);
  }
  return lines;
}

/** Writes a series of an explicit-bucket histogram: its buckets, cumulated, its sum and count. */
export function writeExplicit(
  writer: TextWriter,
  member: FamilyMember,
  lines: BucketLines,
  series: number,
  openMetrics: boolean,
): void {
  const { metric } = member;
  const last = lines.offsets.length - 2;
  let count = 0;
  for (let bucket = 0; bucket < last; bucket++) {
    count += metric.bucket(series, bucket);
    const exemplar = openMetrics ? metric.exemplar(series, bucket) : undefined;
    writeBucket(writer, member, lines, series, bucket, count, exemplar);
  }
  // Some hand out a bound of Infinity and a count behind it; both are the last bucket here.
  for (let bucket = last; bucket <= metric.boundaries.length; bucket++)
    count += metric.bucket(series, bucket);
  const exemplar = openMetrics ? metric.exemplar(series, last) : undefined;
  writeBucket(writer, member, lines, series, last, count, exemplar);
  writeTotals(writer, member, series, metric.boundaries[0]! < 0, openMetrics);
}

/** Writes a series of an exponential histogram as classic buckets at `bounds`, its sum and count. */
export function writeExponential(
  writer: TextWriter,
  member: FamilyMember,
  lines: BucketLines,
  bounds: readonly number[],
  series: number,
  openMetrics: boolean,
): void {
  const { metric } = member;
  const counts = cumulativeCounts(metric.exponential(series), bounds);
  const exemplars = openMetrics ? exemplarsWithin(bounds, metric, series) : undefined;
  for (const [bucket, count] of counts.entries()) {
    writeBucket(writer, member, lines, series, bucket, count, exemplars?.get(bucket));
  }
  writeTotals(writer, member, series, bounds[0]! < 0, openMetrics);
}

/** The exemplars of a series of an exponential histogram by the bucket that they fall into; of several the latest. */
function exemplarsWithin(
  bounds: readonly number[],
  metric: ShownMetric,
  series: number,
): ReadonlyMap<number, Exemplar> {
  const within = new Map<number, Exemplar>();
  for (let i = 0; i < EXPONENTIAL_EXEMPLARS; i++) {
    const exemplar = metric.exemplar(series, i);
    if (exemplar === undefined) continue;
    const home = bounds.findIndex((bound) => exemplar.value <= bound);
    const bucket = home === -1 ? bounds.length : home;
    const other = within.get(bucket);
    if (other === undefined || other.timestampMillis < exemplar.timestampMillis) within.set(bucket, exemplar);
  }
  return within;
}

/**
 * Writes `_sum` and `_count`. OpenMetrics forbids a sum beside buckets below zero, or one that is itself negative or
 * NaN, and a count without a sum (1.0.0, "Histogram"); the bucket to `+Inf` tells the count then.
 */
function writeTotals(
  writer: TextWriter,
  member: FamilyMember,
  series: number,
  negativeBuckets: boolean,
  openMetrics: boolean,
): void {
  const { metric, text } = member;
  const sum = metric.value(series);
  const withSum = text.sum !== undefined && (!openMetrics || (sum >= 0 && !negativeBuckets));
  if (withSum && text.sum !== undefined) writeSample(writer, member, text.sum, series, sum, undefined);
  if (withSum || !openMetrics)
    writeSample(writer, member, text.sample, series, metric.count(series), undefined);
}
