import type { Aggregations, InstrumentType, Temporality } from '@org/instrument-core';
import type { OtelOptions, OtlpOptions } from '../options.ts';

/** What the receiver is sent of a metric, as `OTEL_EXPORTER_OTLP_METRICS_*` say it. */
export type MetricPreferences = Pick<OtlpOptions, 'temporality' | 'histogramAggregation'>;

/** Kinds of instruments that each preference wants as deltas, as the SDK's exporter does: readers go on from those that asked for the same. */
const DELTAS: Readonly<Record<NonNullable<OtlpOptions['temporality']>, readonly InstrumentType[]>> = {
  cumulative: [],
  delta: ['COUNTER', 'OBSERVABLE_COUNTER', 'HISTOGRAM', 'GAUGE', 'OBSERVABLE_GAUGE'],
  lowmemory: ['COUNTER', 'HISTOGRAM'],
};

export function preferencesOf({ otlp }: OtelOptions): MetricPreferences {
  return typeof otlp === 'object' ? otlp : {};
}

/** What the exporter will ask for, while it is not loaded. */
export function collectorPreferences({
  temporality = 'cumulative',
  histogramAggregation,
}: MetricPreferences): { temporality: (type: InstrumentType) => Temporality; aggregation: Aggregations } {
  const deltas = DELTAS[temporality];
  const isExponential = histogramAggregation === 'base2_exponential_bucket_histogram';
  return {
    temporality: (type) => (deltas.includes(type) ? 'delta' : 'cumulative'),
    aggregation: (type) =>
      isExponential && type === 'HISTOGRAM' ? { type: 'exponential_histogram' } : undefined,
  };
}
