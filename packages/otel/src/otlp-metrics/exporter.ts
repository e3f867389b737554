import type { MeterProvider } from '@opentelemetry/api';
import {
  AggregationTemporalityPreference,
  OTLPMetricExporterBase,
} from '@opentelemetry/exporter-metrics-otlp-http';
import type { IExporterMetricsHelper } from '@opentelemetry/otlp-transformer';
import { AggregationType, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { OtlpTarget } from '../otlp.ts';
import type { OtlpDelegateOptions } from '../otlp-delegate.ts';
import { createGrpcDelegate } from '../otlp-grpc/delegate.ts';
import { createHttpDelegate } from '../otlp-http/delegate.ts';
import { createJsonMetricsSerializer } from '../otlp-json/serializers.ts';
import { pointCount } from './lazy-metric-data.ts';
import { collectorPreferences, type MetricPreferences } from './preferences.ts';
import { createMetricsSerializer } from './serializer.ts';

/** Values of `otel.component.type` (semantic conventions, "OpenTelemetry SDK metrics"). */
const HTTP_COMPONENT_TYPE = 'otlp_http_metric_exporter';
const GRPC_COMPONENT_TYPE = 'otlp_grpc_metric_exporter';

const TEMPORALITY_PREFERENCES = {
  cumulative: AggregationTemporalityPreference.CUMULATIVE,
  delta: AggregationTemporalityPreference.DELTA,
  lowmemory: AggregationTemporalityPreference.LOWMEMORY,
};

/** The SDK's own counts points by asking for them, which would make them. */
const pointCounter: IExporterMetricsHelper<ResourceMetrics> = {
  name: 'metric_data_point',
  countItems: ({ scopeMetrics }) =>
    scopeMetrics.reduce(
      (sum, { metrics }) => metrics.reduce((scopeSum, data) => scopeSum + pointCount(data), sum),
      0,
    ),
};

/**
 * The SDK's exporter, with its metrics about itself, over our transport; and for protobuf with a serializer that keeps
 * attributes encoded. Once `stop` is aborted, nothing is sent any more.
 */
export function createOtlpMetricExporter(
  target: OtlpTarget,
  preferences: MetricPreferences,
  meters: MeterProvider,
  stop: AbortSignal,
  watch: Pick<OtlpDelegateOptions<never, never>, 'progress' | 'onFault'> = {},
): OTLPMetricExporterBase {
  const { temporality = 'cumulative' } = preferences;
  const isGrpc = target.protocol === 'grpc';
  const delegate = (isGrpc ? createGrpcDelegate : createHttpDelegate)({
    target,
    serializer: target.protocol === 'http/json' ? createJsonMetricsSerializer() : createMetricsSerializer(),
    componentType: isGrpc ? GRPC_COMPONENT_TYPE : HTTP_COMPONENT_TYPE,
    counter: pointCounter,
    meters,
    stop,
    // A delta would count twice.
    repetition: temporality === 'cumulative' ? 'when flushed' : 'never',
    ...watch,
  });
  const { aggregation } = collectorPreferences(preferences);
  return new OTLPMetricExporterBase(delegate, {
    temporalityPreference: TEMPORALITY_PREFERENCES[temporality],
    aggregationPreference: (type) => ({
      type: aggregation(type) === undefined ? AggregationType.DEFAULT : AggregationType.EXPONENTIAL_HISTOGRAM,
    }),
  });
}
