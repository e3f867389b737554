import { createRequire } from 'node:module';
import type { OTLPExporterNodeConfigBase } from '@opentelemetry/otlp-exporter-base';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { createTraceSerializer } from './serializer.ts';

// Loaded when spans are exported, and at once: a span opened right after init() must not be lost.
const require = createRequire(import.meta.url);

/** Value of `otel.component.type` (semantic conventions, "OpenTelemetry SDK metrics"). */
const COMPONENT_TYPE = 'otlp_http_span_exporter';

/**
 * The exporter of `@opentelemetry/exporter-trace-otlp-proto` — its options, transport, retries, time-outs and metrics
 * about itself — with a serializer of a third of the cost.
 */
export function createOtlpProtobufTraceExporter(config: OTLPExporterNodeConfigBase): SpanExporter {
  const { OTLPExporterBase } =
    require('@opentelemetry/otlp-exporter-base') as typeof import('@opentelemetry/otlp-exporter-base');
  const { convertLegacyHttpOptions, createOtlpHttpExportDelegate } =
    require('@opentelemetry/otlp-exporter-base/node-http') as typeof import('@opentelemetry/otlp-exporter-base/node-http');
  const { ProtobufTraceSerializer, TraceExporterMetricsHelper } =
    require('@opentelemetry/otlp-transformer') as typeof import('@opentelemetry/otlp-transformer');
  const options = convertLegacyHttpOptions(config, 'TRACES', 'v1/traces', {
    'Content-Type': 'application/x-protobuf',
  });
  const delegate = createOtlpHttpExportDelegate(
    options,
    createTraceSerializer((data) => ProtobufTraceSerializer.deserializeResponse(data)),
    COMPONENT_TYPE,
    TraceExporterMetricsHelper,
    config.selfObsMeterProvider,
  );
  return new OTLPExporterBase(delegate);
}
