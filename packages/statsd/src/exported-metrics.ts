import type { Attributes, HrTime } from '@opentelemetry/api';

// What is read of the SDK's `ResourceMetrics`, by structure: so the exporter fits every version of the SDK that has these
// fields, and neither loads it nor needs its types.

/** The SDK's `DataPointType`, by value. */
export const DATA_POINT_TYPE = {
  histogram: 0,
  exponentialHistogram: 1,
  gauge: 2,
  sum: 3,
} as const;

/** The SDK's `AggregationTemporality`, by value. */
export const DELTA = 0;
export const CUMULATIVE = 1;

/** Explicit-bucket histogram of one series. */
export interface ExportedHistogram {
  readonly count: number;
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
  readonly buckets: { readonly boundaries: readonly number[]; readonly counts: readonly number[] };
}

/** Buckets of one sign of an exponential histogram. */
export interface ExportedBuckets {
  readonly offset: number;
  readonly bucketCounts: readonly number[];
}

/** Exponential histogram of one series. */
export interface ExportedExponential {
  readonly count: number;
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
  readonly scale: number;
  readonly zeroCount: number;
  readonly positive: ExportedBuckets;
  readonly negative: ExportedBuckets;
}

/** One series at one time. */
export interface ExportedPoint {
  readonly attributes: Attributes;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly value: unknown;
}

/** One metric. */
export interface ExportedMetric {
  readonly descriptor: { readonly name: string; readonly unit: string };
  readonly dataPointType: number;
  readonly aggregationTemporality: number;
  readonly isMonotonic?: boolean;
  readonly dataPoints: readonly ExportedPoint[];
}

/** The metrics of one instrumentation scope. */
export interface ExportedScope {
  readonly scope: { readonly name: string; readonly version?: string | undefined };
  readonly metrics: readonly ExportedMetric[];
}

/** What a reader hands over at each interval. */
export interface ExportedMetrics {
  readonly resource: { readonly attributes: Attributes };
  readonly scopeMetrics: readonly ExportedScope[];
}
