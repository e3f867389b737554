import type {
  IExportMetricsServiceResponse,
  IExportTraceServiceResponse,
  ISerializer,
} from '@opentelemetry/otlp-transformer';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { sdkOtlpCommon, sdkOtlpMetrics, sdkOtlpTraces, sdkOtlpTransformer } from '#sdk';
import { requestText } from './request-text.ts';

/** The SDK's OTLP JSON of metrics, with every number in it. Loads the SDK at once. */
export function createJsonMetricsSerializer(): ISerializer<ResourceMetrics, IExportMetricsServiceResponse> {
  const { createExportMetricsServiceRequest } = sdkOtlpMetrics();
  const { JSON_ENCODER: json } = sdkOtlpCommon();
  return {
    ...sdkOtlpTransformer().JsonMetricsSerializer,
    serializeRequest: (metrics) =>
      Buffer.from(requestText(createExportMetricsServiceRequest([metrics], json))),
  };
}

/** The SDK's OTLP JSON of spans, with every number in it. Loads the SDK at once. */
export function createJsonTraceSerializer(): ISerializer<ReadableSpan[], IExportTraceServiceResponse> {
  const { createExportTraceServiceRequest } = sdkOtlpTraces();
  const { JSON_ENCODER: json } = sdkOtlpCommon();
  return {
    ...sdkOtlpTransformer().JsonTraceSerializer,
    serializeRequest: (spans) => Buffer.from(requestText(createExportTraceServiceRequest(spans, json))),
  };
}
