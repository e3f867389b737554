import type { MeterProvider } from '@opentelemetry/api';
import type { ISerializer } from '@opentelemetry/otlp-transformer';
import { sdkOtlpExporter } from '#sdk';
import type { OtlpTarget } from '../otlp.ts';
import { createGrpcDelegate } from '../otlp-grpc/delegate.ts';
import { createHttpDelegate } from '../otlp-http/delegate.ts';
import type { BatchExporter } from '../span-queue/batch-exporter.ts';

/** Values of `otel.component.type` (semantic conventions, "OpenTelemetry SDK metrics"). */
const HTTP_COMPONENT_TYPE = 'otlp_http_span_exporter';
const GRPC_COMPONENT_TYPE = 'otlp_grpc_span_exporter';

/** Spans in the form that a serializer takes, and how many they are. */
export interface SpanForm<Items, Response> {
  readonly serializer: ISerializer<Items, Response>;
  readonly countItems: (items: Items) => number;
}

/**
 * The SDK's exporter, with its metrics about itself, over our transport. Once `stop` is aborted, nothing is sent any
 * more.
 */
export function createOtlpSpanExporter<Items, Response>(
  target: OtlpTarget,
  { serializer, countItems }: SpanForm<Items, Response>,
  meters: MeterProvider,
  stop: AbortSignal,
  onFault?: (error: Error) => void,
): BatchExporter<Items> {
  const { OTLPExporterBase } = sdkOtlpExporter();
  const isGrpc = target.protocol === 'grpc';
  return new OTLPExporterBase(
    (isGrpc ? createGrpcDelegate : createHttpDelegate)({
      target,
      serializer,
      componentType: isGrpc ? GRPC_COMPONENT_TYPE : HTTP_COMPONENT_TYPE,
      counter: { name: 'span', countItems },
      meters,
      stop,
      // A backend knows a span that it has by its id.
      repetition: 'always',
      onFault,
    }),
  );
}
