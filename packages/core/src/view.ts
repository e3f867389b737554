import type { Attributes, Context } from '@opentelemetry/api';
import type { InstrumentType } from './metric.ts';

/** Names of the aggregations, in the order of the SDK's `AggregationType`, so that its numbers are their indexes. */
export const AGGREGATIONS = [
  'default',
  'drop',
  'sum',
  'last_value',
  'explicit_bucket_histogram',
  'exponential_histogram',
] as const;

type HistogramAggregation = 'explicit_bucket_histogram' | 'exponential_histogram';

/** What a view makes of an instrument's measurements. */
export type AggregationOptions =
  | { readonly type: Exclude<(typeof AGGREGATIONS)[number], HistogramAggregation> }
  | {
      readonly type: 'explicit_bucket_histogram';
      readonly options?:
        | { readonly boundaries?: readonly number[]; readonly recordMinMax?: boolean }
        | undefined;
    }
  | {
      readonly type: 'exponential_histogram';
      readonly options?: { readonly maxSize?: number; readonly recordMinMax?: boolean } | undefined;
    };

/** Changes the attributes of a measurement; the SDK's `IAttributesProcessor` is one. */
export interface AttributesProcessor {
  process(incoming: Attributes, context?: Context): Attributes;
}

/** Keys to keep, or keys to leave out. A list is resolved once per set of keys; a processor runs on every recording. */
export interface AttributeKeys {
  readonly allow?: readonly string[] | undefined;
  readonly deny?: readonly string[] | undefined;
}

/**
 * A view: which instruments it selects, and how their metric stream is altered. The fields are those of the
 * OpenTelemetry SDK's `ViewOptions`; `attributes` and the names of the aggregations are ours, so that a view can be
 * written in a configuration file.
 */
export interface MetricViewOptions {
  /** New name of the metric. Needs an `instrumentName` without wildcards. */
  readonly name?: string | undefined;
  /** New description of the metric. */
  readonly description?: string | undefined;
  /** Attribute keys kept or left out. */
  readonly attributes?: AttributeKeys | undefined;
  /** Processors of the attributes, applied in order after `attributes`. */
  readonly attributesProcessors?: readonly AttributesProcessor[] | undefined;
  /** Aggregation of the metric. Default: that of the instrument. */
  readonly aggregation?: AggregationOptions | undefined;
  /** Series of the metric, the overflow series included. Default: that of the provider. */
  readonly aggregationCardinalityLimit?: number | undefined;
  /** Selects instruments of this kind. */
  readonly instrumentType?: InstrumentType | undefined;
  /** Selects instruments by name; `*` stands for any characters, `?` for one. */
  readonly instrumentName?: string | undefined;
  /** Selects instruments by unit. */
  readonly instrumentUnit?: string | undefined;
  /** Selects the instruments of the meter of this name. */
  readonly meterName?: string | undefined;
  /** Selects the instruments of meters of this version. */
  readonly meterVersion?: string | undefined;
  /** Selects the instruments of meters with this schema URL. */
  readonly meterSchemaUrl?: string | undefined;
}
