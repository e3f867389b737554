import type { Attributes } from '@opentelemetry/api';
import type { MeterProvider } from '@org/instrument-core';

/** What is read of the series of a metric. */
export type MetricField = 'value' | 'count' | 'sum' | 'min' | 'max' | 'p50' | 'p75' | 'p90' | 'p95' | 'p99';

/** Which metric is read. */
export interface MetricSelector {
  /** Name, as views leave it: `orders.queued`. */
  readonly metric: string;
  /** Attributes that a series must have; it may have others. Default none: all series of the metric. */
  readonly attributes?: Attributes | undefined;
  /**
   * Default `value`: of counters and gauges the value, of histograms the mean. Values, counts and sums of several series
   * are added up; of `min` it is the least, of `max` and the quantiles the greatest. All are since the start.
   */
  readonly field?: MetricField | undefined;
  /** Default the process' meter provider. */
  readonly provider?: MeterProvider | undefined;
}

/** Where a business check has its figure from: a function, or a metric of this process. */
export type MetricSource = (() => number | Promise<number>) | MetricSelector;

/** All fields there are. */
export const METRIC_FIELDS: readonly MetricField[] = [
  'value',
  'count',
  'sum',
  'min',
  'max',
  'p50',
  'p75',
  'p90',
  'p95',
  'p99',
];
