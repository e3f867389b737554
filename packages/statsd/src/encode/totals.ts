import type { HrTime } from '@opentelemetry/api';
import type { ExportedBuckets, ExportedExponential, ExportedHistogram } from '../exported-metrics.ts';

/** What was seen of a series last. */
interface Seen<T> {
  readonly start: HrTime;
  readonly value: T;
}

/**
 * Makes totals differences, for what comes without an interval of its own: readers cannot ask a `MetricProducer` for deltas.
 * A series seen for the first time is new as a whole; so is one that began anew.
 */
export class Totals {
  readonly #sums = new Map<number, Seen<number>>();
  readonly #histograms = new Map<number, Seen<ExportedHistogram>>();
  readonly #exponentials = new Map<number, Seen<ExportedExponential>>();

  /** Goes on with a series from where it stands in other totals, under the number that it has there. */
  adopt(series: number, others: Totals, theirs: number): void {
    copy(others.#sums, theirs, this.#sums, series);
    copy(others.#histograms, theirs, this.#histograms, series);
    copy(others.#exponentials, theirs, this.#exponentials, series);
  }

  /** By how much a sum rose. */
  sum(series: number, start: HrTime, value: number): number {
    const before = replace(this.#sums, series, start, value);
    return before === undefined || value < before ? value : value - before;
  }

  /** What an explicit-bucket histogram recorded; its least and greatest value are not known any more. */
  explicit(series: number, start: HrTime, value: ExportedHistogram): ExportedHistogram {
    const before = replace(this.#histograms, series, start, copyOf(value));
    const { boundaries, counts } = value.buckets;
    if (
      before === undefined ||
      before.count > value.count ||
      before.buckets.boundaries.length !== boundaries.length
    ) {
      return value;
    }
    return {
      count: value.count - before.count,
      ...difference(value.sum, before.sum),
      buckets: { boundaries, counts: counts.map((count, i) => count - (before.buckets.counts[i] ?? 0)) },
    };
  }

  /** The same of an exponential histogram, whose scale only ever gets coarser; without a value in a bucket it has none. */
  exponential(series: number, start: HrTime, value: ExportedExponential): ExportedExponential {
    const before = replace(this.#exponentials, series, start, value);
    if (before === undefined || before.count > value.count) return value;
    if (before.scale < value.scale && before.count > before.zeroCount) return value;
    const coarser = before.scale - value.scale;
    return {
      count: value.count - before.count,
      ...difference(value.sum, before.sum),
      scale: value.scale,
      zeroCount: value.zeroCount - before.zeroCount,
      positive: lessBuckets(value.positive, before.positive, coarser),
      negative: lessBuckets(value.negative, before.negative, coarser),
    };
  }
}

function copy<T>(from: Map<number, T>, theirs: number, to: Map<number, T>, series: number): void {
  const seen = from.get(theirs);
  if (seen !== undefined) to.set(series, seen);
}

/** Keeps a value; returns the one before, if it belongs to the same total. */
function replace<T>(seen: Map<number, Seen<T>>, series: number, start: HrTime, value: T): T | undefined {
  const before = seen.get(series);
  seen.set(series, { start, value });
  return before?.start[0] === start[0] && before.start[1] === start[1] ? before.value : undefined;
}

/** Some producers go on counting in the array that they gave. */
function copyOf(value: ExportedHistogram): ExportedHistogram {
  return { ...value, buckets: { ...value.buckets, counts: [...value.buckets.counts] } };
}

function difference(sum: number | undefined, before: number | undefined): { sum?: number } {
  return sum === undefined || before === undefined ? {} : { sum: sum - before };
}

function lessBuckets(now: ExportedBuckets, before: ExportedBuckets, coarser: number): ExportedBuckets {
  const counts = [...now.bucketCounts];
  for (const [i, count] of before.bucketCounts.entries()) {
    // Each step of the scale makes one bucket of two neighbours.
    const place = Math.floor((before.offset + i) / 2 ** coarser) - now.offset;
    if (counts[place] !== undefined) counts[place] = Math.max(0, (counts[place] as number) - count);
  }
  return { offset: now.offset, bucketCounts: counts };
}
