import { type HrTime, ValueType } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import {
  type AggregationOption,
  AggregationTemporality,
  AggregationType,
  type CollectionResult,
  type DataPoint,
  DataPointType,
  type ExponentialHistogram,
  type Histogram,
  type InstrumentType,
  type MetricData,
  type MetricProducer,
  type MetricReader,
} from '@opentelemetry/sdk-metrics';
import type {
  AggregationOptions,
  CollectedMetric,
  Collector,
  InstrumentType as CoreInstrumentType,
  ExponentialHistogramValue,
  HistogramValue,
  MetricPoint,
  Temporality,
} from '@org/instrument-core';

/** The SDK's `MetricProducer` over our accumulators: the official door through which all our metrics leave. */
export function createMetricProducer(collector: Collector, resource: Resource): MetricProducer {
  return {
    async collect(options): Promise<CollectionResult> {
      const collection = await collector.collect({ timeoutMillis: options?.timeoutMillis });
      const endTime = hrTimeOf(collection.timeMillis);
      return {
        resourceMetrics: {
          resource,
          scopeMetrics: collection.scopes.map(({ scope, metrics }) => ({
            scope:
              scope.schemaUrl === undefined
                ? { name: scope.name, version: scope.version }
                : { ...scope, schemaUrl: scope.schemaUrl },
            metrics: metrics.map((metric) => metricDataOf(metric, endTime)),
          })),
        },
        errors: [...collection.errors],
      };
    },
  };
}

/** The temporality that a reader of the SDK wants of a kind of instrument. */
export function temporalityOf(reader: MetricReader): (type: CoreInstrumentType) => Temporality {
  return (type) =>
    reader.selectAggregationTemporality(type as InstrumentType) === AggregationTemporality.DELTA
      ? 'delta'
      : 'cumulative';
}

/** The aggregation that a reader of the SDK wants of a kind of instrument. */
export function aggregationOf(reader: MetricReader): (type: CoreInstrumentType) => AggregationOptions {
  return (type) => aggregationOptionsOf(reader.selectAggregation(type as InstrumentType));
}

/** The SDK's description of an aggregation in our words. */
export function aggregationOptionsOf(option: AggregationOption): AggregationOptions {
  switch (option.type) {
    case AggregationType.DROP:
      return { type: 'drop' };
    case AggregationType.SUM:
      return { type: 'sum' };
    case AggregationType.LAST_VALUE:
      return { type: 'last_value' };
    case AggregationType.EXPLICIT_BUCKET_HISTOGRAM:
      return { type: 'explicit_bucket_histogram', options: option.options };
    case AggregationType.EXPONENTIAL_HISTOGRAM:
      return { type: 'exponential_histogram', options: option.options };
    default:
      return { type: 'default' };
  }
}

/** The SDK's time: whole seconds and nanoseconds. */
export function hrTimeOf(unixMillis: number): HrTime {
  const seconds = Math.trunc(unixMillis / 1_000);
  return [seconds, Math.round((unixMillis - seconds * 1_000) * 1_000_000)];
}

/** A metric of ours as the SDK's exporters take it. */
export function metricDataOf(metric: CollectedMetric, endTime: HrTime): MetricData {
  const { name, description, unit, type, integer } = metric.descriptor;
  const base = {
    // The type is what the SDK's own descriptors carry too; exporters look at it.
    descriptor: { name, description, unit, type, valueType: integer ? ValueType.INT : ValueType.DOUBLE },
    aggregationTemporality:
      metric.temporality === 'delta' ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
  };
  const hasSum =
    type !== 'GAUGE' &&
    type !== 'UP_DOWN_COUNTER' &&
    type !== 'OBSERVABLE_GAUGE' &&
    type !== 'OBSERVABLE_UP_DOWN_COUNTER';
  const points = metric.points();
  switch (metric.kind) {
    case 'sum':
      return {
        ...base,
        dataPointType: DataPointType.SUM,
        isMonotonic: metric.monotonic,
        dataPoints: points.map((point) => dataPointOf(point, endTime, point.value as number)),
      };
    case 'gauge':
      return {
        ...base,
        dataPointType: DataPointType.GAUGE,
        dataPoints: points.map((point) => dataPointOf(point, endTime, point.value as number)),
      };
    case 'histogram':
      return {
        ...base,
        dataPointType: DataPointType.HISTOGRAM,
        dataPoints: points.map((point) =>
          dataPointOf(point, endTime, histogramOf(point.value as HistogramValue, hasSum)),
        ),
      };
    case 'exponential_histogram':
      return {
        ...base,
        dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM,
        dataPoints: points.map((point) =>
          dataPointOf(point, endTime, exponentialOf(point.value as ExponentialHistogramValue, hasSum)),
        ),
      };
  }
}

function dataPointOf<T>(point: MetricPoint, endTime: HrTime, value: T): DataPoint<T> {
  return { attributes: point.attributes, startTime: hrTimeOf(point.startMillis), endTime, value };
}

/** A sum of values that may be negative says nothing, and the data model leaves it out. */
function histogramOf(value: HistogramValue, hasSum: boolean): Histogram {
  const { count, sum, min, max, boundaries, counts } = value;
  return {
    count,
    ...(hasSum ? { sum } : {}),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    buckets: { boundaries: [...boundaries], counts },
  };
}

function exponentialOf(value: ExponentialHistogramValue, hasSum: boolean): ExponentialHistogram {
  const { count, sum, min, max, scale, zeroCount, positive, negative } = value;
  return {
    count,
    ...(hasSum ? { sum } : {}),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    scale,
    zeroCount,
    positive: { offset: positive.offset, bucketCounts: positive.counts },
    negative: { offset: negative.offset, bucketCounts: negative.counts },
  };
}
