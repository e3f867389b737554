import {
  OTLPMetricExporterBase,
  type OTLPMetricExporterOptions,
} from '@opentelemetry/exporter-metrics-otlp-http';
import type { OTLPExporterNodeConfigBase } from '@opentelemetry/otlp-exporter-base';
import {
  convertLegacyHttpOptions,
  createOtlpHttpExportDelegate,
} from '@opentelemetry/otlp-exporter-base/node-http';
import type { IExporterMetricsHelper } from '@opentelemetry/otlp-transformer';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { pointCount } from './lazy-metric-data.ts';
import { createMetricsSerializer } from './serializer.ts';

/** Value of `otel.component.type` (semantic conventions, "OpenTelemetry SDK metrics"). */
const COMPONENT_TYPE = 'otlp_http_metric_exporter';

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
 * The exporter of `@opentelemetry/exporter-metrics-otlp-proto` — its options, transport, retries, time-outs and metrics
 * about itself — with a serializer that keeps attributes encoded.
 */
export function createOtlpProtobufMetricExporter(
  config: OTLPExporterNodeConfigBase & OTLPMetricExporterOptions,
): OTLPMetricExporterBase {
  const options = convertLegacyHttpOptions(config, 'METRICS', 'v1/metrics', {
    'Content-Type': 'application/x-protobuf',
  });
  const delegate = createOtlpHttpExportDelegate(
    options,
    createMetricsSerializer(),
    COMPONENT_TYPE,
    pointCounter,
    config.selfObsMeterProvider,
  );
  return new OTLPMetricExporterBase(delegate, config);
}
