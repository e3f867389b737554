import type { ExponentialHistogramValue, HistogramValue, MetricPoint } from './metric.ts';
import { DEFAULT_MAX_SIZE, ExponentialHistogram } from './stream/exponential-histogram.ts';
import type { Stream } from './stream/stream.ts';

/** One point for two intervals of one series of `stream`, of which `later` follows `earlier`. */
export function mergedPoint(stream: Stream, earlier: MetricPoint, later: MetricPoint): MetricPoint {
  return {
    attributes: later.attributes,
    startMillis: Math.min(earlier.startMillis, later.startMillis),
    value: mergedValue(stream, earlier.value, later.value),
  };
}

type Value = MetricPoint['value'];

function mergedValue({ kind, maxBuckets }: Stream, earlier: Value, later: Value): Value {
  switch (kind) {
    case 'gauge':
      return later;
    case 'sum':
      return (earlier as number) + (later as number);
    case 'histogram':
      return mergedHistogram(earlier as HistogramValue, later as HistogramValue);
    default:
      return mergedExponential(
        earlier as ExponentialHistogramValue,
        later as ExponentialHistogramValue,
        maxBuckets,
      );
  }
}

/** The boundaries are those of the stream, hence the same. */
function mergedHistogram(earlier: HistogramValue, later: HistogramValue): HistogramValue {
  return {
    count: earlier.count + later.count,
    sum: earlier.sum + later.sum,
    min: least(earlier.min, later.min),
    max: greatest(earlier.max, later.max),
    boundaries: later.boundaries,
    counts: later.counts.map((count, bucket) => count + (earlier.counts[bucket] as number)),
  };
}

/** One histogram of the values of both, of at most `maxSize` buckets for each sign. Default 160, as where no view says it. */
export function mergedExponential(
  earlier: ExponentialHistogramValue,
  later: ExponentialHistogramValue,
  maxSize: number = DEFAULT_MAX_SIZE,
): ExponentialHistogramValue {
  const merged = ExponentialHistogram.of(earlier, maxSize);
  merged.merge(ExponentialHistogram.of(later, maxSize));
  return merged.value((earlier.min ?? later.min) !== undefined);
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

function greatest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
