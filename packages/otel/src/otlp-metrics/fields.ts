// Numbers of fields (opentelemetry-proto v1: collector/metrics/v1/metrics_service.proto, metrics/v1/metrics.proto).

export const EXPORT_REQUEST = { resourceMetrics: 1 } as const;
export const RESOURCE_METRICS = { resource: 1, scopeMetrics: 2, schemaUrl: 3 } as const;
export const SCOPE_METRICS = { scope: 1, metrics: 2, schemaUrl: 3 } as const;
export const METRIC = {
  name: 1,
  description: 2,
  unit: 3,
  gauge: 5,
  sum: 7,
  histogram: 9,
  exponentialHistogram: 10,
} as const;
/** Of `Gauge`, `Sum`, `Histogram` and `ExponentialHistogram`, as far as each has them. */
export const DATA = { dataPoints: 1, aggregationTemporality: 2, isMonotonic: 3 } as const;
/** The same in all kinds of data points. */
export const TIMES = { start: 2, time: 3 } as const;
export const NUMBER_POINT = { asDouble: 4, exemplars: 5, asInt: 6, attributes: 7 } as const;
export const HISTOGRAM_POINT = {
  count: 4,
  sum: 5,
  bucketCounts: 6,
  explicitBounds: 7,
  exemplars: 8,
  attributes: 9,
  min: 11,
  max: 12,
} as const;
export const EXPONENTIAL_POINT = {
  attributes: 1,
  count: 4,
  sum: 5,
  scale: 6,
  zeroCount: 7,
  positive: 8,
  negative: 9,
  exemplars: 11,
  min: 12,
  max: 13,
} as const;
export const BUCKETS = { offset: 1, bucketCounts: 2 } as const;
export const EXEMPLAR = { time: 2, asDouble: 3, spanId: 4, traceId: 5, asInt: 6 } as const;
