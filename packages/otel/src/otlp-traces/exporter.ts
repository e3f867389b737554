import { createRequire } from 'node:module';
import type { MeterProvider } from '@opentelemetry/api';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { OtlpTarget } from '../otlp.ts';
import { createGrpcDelegate } from '../otlp-grpc/delegate.ts';
import { createHttpDelegate } from '../otlp-http/delegate.ts';
import { createTraceSerializer } from './serializer.ts';

// Loaded when spans are exported, and at once: a span opened right after init() must not be lost.
const require = createRequire(import.meta.url);

/** Values of `otel.component.type` (semantic conventions, "OpenTelemetry SDK metrics"). */
const HTTP_COMPONENT_TYPE = 'otlp_http_span_exporter';
const GRPC_COMPONENT_TYPE = 'otlp_grpc_span_exporter';

/**
 * The SDK's exporter, with its metrics about itself, over our transport; and for protobuf with a serializer of a third
 * of the cost. Once `stop` is aborted, nothing is sent any more.
 */
export function createOtlpSpanExporter(
  target: OtlpTarget,
  meters: MeterProvider,
  stop: AbortSignal,
): SpanExporter {
  const { OTLPExporterBase } =
    require('@opentelemetry/otlp-exporter-base') as typeof import('@opentelemetry/otlp-exporter-base');
  const { JsonTraceSerializer, ProtobufTraceSerializer, TraceExporterMetricsHelper } =
    require('@opentelemetry/otlp-transformer') as typeof import('@opentelemetry/otlp-transformer');
  const serializer =
    target.protocol === 'http/json'
      ? JsonTraceSerializer
      : createTraceSerializer((data) => ProtobufTraceSerializer.deserializeResponse(data));
  const isGrpc = target.protocol === 'grpc';
  return new OTLPExporterBase(
    (isGrpc ? createGrpcDelegate : createHttpDelegate)({
      target,
      serializer,
      componentType: isGrpc ? GRPC_COMPONENT_TYPE : HTTP_COMPONENT_TYPE,
      counter: TraceExporterMetricsHelper,
      meters,
      stop,
    }),
  );
}
