import { type HrTime, ValueType } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type {
  AggregationOption,
  AggregationTemporality,
  CollectionResult,
  DataPoint,
  DataPointType,
  ExponentialHistogram,
  Histogram,
  InstrumentType,
  MetricData,
  MetricProducer,
  MetricReader,
  ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import {
  AGGREGATIONS,
  type AggregationOptions,
  type CollectedMetric,
  type Collection,
  type Collector,
  type CollectorOptions,
  type InstrumentType as CoreInstrumentType,
  type ExponentialHistogramValue,
  type HistogramValue,
  type MetricKind,
  type MetricPoint,
  type Temporality,
} from '@org/instrument-core';

// The SDK's enumerations, by value: importing them would load the SDK for programs that need none of it.
const DELTA: AggregationTemporality.DELTA = 0;
const CUMULATIVE: AggregationTemporality.CUMULATIVE = 1;
const HISTOGRAM: DataPointType.HISTOGRAM = 0;
const EXPONENTIAL_HISTOGRAM: DataPointType.EXPONENTIAL_HISTOGRAM = 1;
const GAUGE: DataPointType.GAUGE = 2;
const SUM: DataPointType.SUM = 3;
const DATA_POINT_TYPES: Record<MetricKind, DataPointType> = {
  sum: SUM,
  gauge: GAUGE,
  histogram: HISTOGRAM,
  exponential_histogram: EXPONENTIAL_HISTOGRAM,
};

/**
 * The SDK's `MetricProducer` over our accumulators: the official door through which all our metrics leave.
 *
 * @param toMetricData makes a metric what the reader's exporter takes. Default: plain values, taken at the collection.
 */
export function createMetricProducer(
  collector: Collector,
  resource: Resource,
  toMetricData: (metric: CollectedMetric, endTime: HrTime) => MetricData = metricDataOf,
): MetricProducer {
  return {
    async collect(options): Promise<CollectionResult> {
      const collection = await collector.collect({ timeoutMillis: options?.timeoutMillis });
      return {
        resourceMetrics: resourceMetricsOf(collection, resource, toMetricData),
        errors: [...collection.errors],
      };
    },
  };
}

/** A collection in the SDK's form. */
export function resourceMetricsOf(
  { timeMillis, scopes }: Collection,
  resource: Resource,
  toMetricData: (metric: CollectedMetric, endTime: HrTime) => MetricData,
): ResourceMetrics {
  const endTime = hrTimeOf(timeMillis);
  return {
    resource,
    scopeMetrics: scopes.map(({ scope, metrics }) => ({
      scope:
        scope.schemaUrl === undefined
          ? { name: scope.name, version: scope.version }
          : { ...scope, schemaUrl: scope.schemaUrl },
      metrics: metrics.map((metric) => toMetricData(metric, endTime)),
    })),
  };
}

/** What a reader or an exporter of the SDK prefers. */
type Preferences = Partial<Pick<MetricReader, 'selectAggregation' | 'selectAggregationTemporality'>>;

/**
 * Options of a collector for a reader or an exporter of the SDK: the temporality and the aggregation that it asks for, which a
 * reader does not pass to its producers.
 */
export function collectorOptionsOf(
  reader: Preferences,
): Required<Pick<CollectorOptions, 'temporality' | 'aggregation'>> {
  return { temporality: temporalityOf(reader), aggregation: aggregationOf(reader) };
}

/** The temporality that a reader of the SDK wants of a kind of instrument. */
export function temporalityOf(reader: Preferences): (type: CoreInstrumentType) => Temporality {
  return (type) =>
    reader.selectAggregationTemporality?.(type as InstrumentType) === DELTA ? 'delta' : 'cumulative';
}

/** The aggregation that a reader of the SDK wants of a kind of instrument. */
function aggregationOf(reader: Preferences): (type: CoreInstrumentType) => AggregationOptions | undefined {
  return (type) => {
    const option = reader.selectAggregation?.(type as InstrumentType);
    return option === undefined ? undefined : aggregationOptionsOf(option);
  };
}

/** The SDK's description of an aggregation in our words. */
export function aggregationOptionsOf(option: AggregationOption): AggregationOptions {
  const type = AGGREGATIONS[option.type] ?? 'default';
  return 'options' in option && option.options !== undefined
    ? ({ type, options: option.options } as AggregationOptions)
    : ({ type } as AggregationOptions);
}

/** The SDK's time: whole seconds and nanoseconds. */
export function hrTimeOf(unixMillis: number): HrTime {
  const seconds = Math.trunc(unixMillis / 1_000);
  return [seconds, Math.round((unixMillis - seconds * 1_000) * 1_000_000)];
}

/** A metric of ours as the SDK's exporters take it. */
export function metricDataOf(metric: CollectedMetric, endTime: HrTime): MetricData {
  return { ...metricHeadOf(metric), dataPoints: dataPointsOf(metric, endTime) } as MetricData;
}

/** What the SDK's form says of a metric beside its points. */
export type MetricHead = Omit<MetricData, 'dataPoints'> & { readonly isMonotonic?: boolean };

/** The head of a metric in the SDK's form. */
export function metricHeadOf(metric: CollectedMetric): MetricHead {
  const { name, description, unit, type, integer } = metric.descriptor;
  const head = {
    // The type is what the SDK's own descriptors carry too; exporters look at it.
    descriptor: { name, description, unit, type, valueType: integer ? ValueType.INT : ValueType.DOUBLE },
    aggregationTemporality: metric.temporality === 'delta' ? DELTA : CUMULATIVE,
    dataPointType: DATA_POINT_TYPES[metric.kind],
  };
  return metric.kind === 'sum' ? { ...head, isMonotonic: metric.monotonic } : head;
}

/** The points of a metric in the SDK's form. */
export function dataPointsOf(metric: CollectedMetric, endTime: HrTime): MetricData['dataPoints'] {
  const withSum = hasSum(metric);
  const points = metric.points();
  switch (metric.kind) {
    case 'histogram':
      return points.map((point) =>
        dataPointOf(point, endTime, histogramOf(point.value as HistogramValue, withSum)),
      );
    case 'exponential_histogram':
      return points.map((point) =>
        dataPointOf(point, endTime, exponentialOf(point.value as ExponentialHistogramValue, withSum)),
      );
    default:
      return points.map((point) => dataPointOf(point, endTime, point.value as number));
  }
}

/** Whether a histogram's sum is told: one of values that may be negative says nothing, and the data model leaves it out. */
export function hasSum({ descriptor: { type } }: CollectedMetric): boolean {
  return (
    type !== 'GAUGE' &&
    type !== 'UP_DOWN_COUNTER' &&
    type !== 'OBSERVABLE_GAUGE' &&
    type !== 'OBSERVABLE_UP_DOWN_COUNTER'
  );
}

/**
 * The start of a point, in Unix milliseconds: no later than its time, though the clock was set back, or its series has begun
 * since it was collected.
 */
export function startBefore([seconds, nanos]: HrTime, startMillis: number): number {
  return Math.min(startMillis, seconds * 1_000 + nanos / 1_000_000);
}

function dataPointOf<T>(point: MetricPoint, endTime: HrTime, value: T): DataPoint<T> {
  const startTime = hrTimeOf(startBefore(endTime, point.startMillis));
  return { attributes: point.attributes, startTime, endTime, value };
}

function histogramOf(value: HistogramValue, withSum: boolean): Histogram {
  const { count, sum, min, max, boundaries, counts } = value;
  return {
    count,
    ...(withSum ? { sum } : {}),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    buckets: { boundaries: [...boundaries], counts },
  };
}

function exponentialOf(value: ExponentialHistogramValue, withSum: boolean): ExponentialHistogram {
  const { count, sum, min, max, scale, zeroCount, positive, negative } = value;
  return {
    count,
    ...(withSum ? { sum } : {}),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    scale,
    zeroCount,
    positive: { offset: positive.offset, bucketCounts: positive.counts },
    negative: { offset: negative.offset, bucketCounts: negative.counts },
  };
}
