import { type Attributes, ValueType } from '@opentelemetry/api';
import { hrTimeToMilliseconds } from '@opentelemetry/core';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type ExponentialHistogram,
  type Histogram,
  type MetricData,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics';
import type {
  CollectedMetric,
  Collection,
  Exemplar,
  ExponentialHistogramValue,
  HistogramValue,
  InstrumentType,
  MetricDescriptor,
  MetricKind,
  MetricPoint,
  Temporality,
} from '@org/instrument-core';
import { asText } from '@org/instrument-core';

/**
 * Shows metrics of the OpenTelemetry SDK's form as a {@link Collection}. Its time is the end time of the first point;
 * a metric of an unknown kind is left out.
 */
export function collectionOf(scopeMetrics: readonly ScopeMetrics[], errors: readonly unknown[]): Collection {
  const first = scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .find(({ dataPoints }) => dataPoints.length > 0);
  const end = first?.dataPoints[0]?.endTime;
  return {
    timeMillis: end === undefined ? Date.now() : hrTimeToMilliseconds(end),
    scopes: scopeMetrics.map(({ scope, metrics }) => ({
      scope: { name: asText(scope.name), version: asText(scope.version), schemaUrl: scope.schemaUrl },
      metrics: metrics.map(collectedMetric).filter((metric) => metric !== undefined),
    })),
    errors,
  };
}

/** Shows one metric of the SDK's form as a {@link CollectedMetric}; its identity is its own, so no text outlives it. */
export function collectedMetric(data: MetricData): CollectedMetric | undefined {
  switch (data.dataPointType) {
    case DataPointType.SUM:
      return new SdkMetric(data, 'sum', data.isMonotonic, data.isMonotonic ? 'COUNTER' : 'UP_DOWN_COUNTER');
    case DataPointType.GAUGE:
      return new SdkMetric(data, 'gauge', false, 'GAUGE');
    case DataPointType.HISTOGRAM:
      return new SdkMetric(data, 'histogram', false, histogramType(data.dataPoints));
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      return new SdkMetric(data, 'exponential_histogram', false, histogramType(data.dataPoints));
    default:
      return undefined;
  }
}

/** The SDK leaves out the sum for instruments that take negative values; that is all that tells their type. */
function histogramType(points: readonly DataPoint<{ sum?: number }>[]): InstrumentType {
  return points.some(({ value }) => value.sum === undefined) ? 'UP_DOWN_COUNTER' : 'HISTOGRAM';
}

type SdkPoint = DataPoint<number | Histogram | ExponentialHistogram>;

class SdkMetric implements CollectedMetric {
  readonly descriptor: MetricDescriptor;
  readonly kind: MetricKind;
  readonly temporality: Temporality;
  readonly monotonic: boolean;
  readonly boundaries: readonly number[];
  readonly #points: readonly SdkPoint[];

  constructor(data: MetricData, kind: MetricKind, monotonic: boolean, type: InstrumentType) {
    const { name, description, unit, valueType } = data.descriptor;
    this.descriptor = {
      name: asText(name),
      description: asText(description),
      unit: asText(unit),
      type,
      integer: valueType === ValueType.INT,
    };
    this.kind = kind;
    this.temporality =
      data.aggregationTemporality === AggregationTemporality.CUMULATIVE ? 'cumulative' : 'delta';
    this.monotonic = monotonic;
    this.#points = data.dataPoints;
    this.boundaries = kind === 'histogram' && this.size > 0 ? this.#histogram(0).buckets.boundaries : [];
  }

  get identity(): object {
    return this;
  }

  get size(): number {
    return this.#points.length;
  }

  has(series: number): boolean {
    return series < this.size;
  }

  attributes(series: number): Attributes {
    return this.#point(series).attributes;
  }

  startMillis(series: number): number {
    return hrTimeToMilliseconds(this.#point(series).startTime);
  }

  value(series: number): number {
    const { value } = this.#point(series);
    return typeof value === 'number' ? value : (value.sum ?? Number.NaN);
  }

  count(series: number): number {
    const { value } = this.#point(series);
    return typeof value === 'number' ? 0 : value.count;
  }

  min(series: number): number | undefined {
    return this.#extremes(series).min;
  }

  max(series: number): number | undefined {
    return this.#extremes(series).max;
  }

  bucket(series: number, bucket: number): number {
    return this.#histogram(series).buckets.counts[bucket] ?? 0;
  }

  histogram(series: number): HistogramValue {
    const { count, min, max, buckets } = this.#histogram(series);
    return {
      count,
      sum: this.value(series),
      min,
      max,
      boundaries: buckets.boundaries,
      counts: buckets.counts,
    };
  }

  exponential(series: number): ExponentialHistogramValue {
    const value = this.#point(series).value as ExponentialHistogram;
    return {
      count: value.count,
      sum: value.sum ?? Number.NaN,
      min: value.min,
      max: value.max,
      zeroCount: value.zeroCount,
      scale: value.scale,
      positive: { offset: value.positive.offset, counts: value.positive.bucketCounts },
      negative: { offset: value.negative.offset, counts: value.negative.bucketCounts },
    };
  }

  /** The SDK's metrics carry no exemplars. */
  exemplar(): Exemplar | undefined {
    return undefined;
  }

  points(): MetricPoint[] {
    return this.#points.map((point, series) => ({
      attributes: point.attributes,
      startMillis: this.startMillis(series),
      value: this.#plainValue(series),
    }));
  }

  #plainValue(series: number): number | HistogramValue | ExponentialHistogramValue {
    if (this.kind === 'exponential_histogram') return this.exponential(series);
    if (this.kind !== 'histogram') return this.value(series);
    return this.histogram(series);
  }

  #point(series: number): SdkPoint {
    return this.#points[series] as SdkPoint;
  }

  #extremes(series: number): { readonly min?: number; readonly max?: number } {
    const { value } = this.#point(series);
    return typeof value === 'number' ? {} : value;
  }

  #histogram(series: number): Histogram {
    return this.#point(series).value as Histogram;
  }
}
