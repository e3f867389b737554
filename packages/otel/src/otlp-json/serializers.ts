import { createRequire } from 'node:module';
import type {
  IExportMetricsServiceResponse,
  IExportTraceServiceResponse,
  ISerializer,
} from '@opentelemetry/otlp-transformer';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { requestText } from './request-text.ts';

const require = createRequire(import.meta.url);

type Transformer = typeof import('@opentelemetry/otlp-transformer');
// The package hands out bytes only. Its version is exact, and so are its files.
type Common = typeof import('@opentelemetry/otlp-transformer/build/src/common/utils.js');
type Metrics = typeof import('@opentelemetry/otlp-transformer/build/src/metrics/internal.js');
type Traces = typeof import('@opentelemetry/otlp-transformer/build/src/trace/internal.js');

const transformer = (): Transformer => require('@opentelemetry/otlp-transformer');
const encoder = (): Common['JSON_ENCODER'] =>
  (require('@opentelemetry/otlp-transformer/build/src/common/utils.js') as Common).JSON_ENCODER;

/** The SDK's OTLP JSON of metrics, with every number in it. Loads the SDK at once. */
export function createJsonMetricsSerializer(): ISerializer<ResourceMetrics, IExportMetricsServiceResponse> {
  const {
    createExportMetricsServiceRequest,
  }: Metrics = require('@opentelemetry/otlp-transformer/build/src/metrics/internal.js');
  const json = encoder();
  return {
    ...transformer().JsonMetricsSerializer,
    serializeRequest: (metrics) =>
      Buffer.from(requestText(createExportMetricsServiceRequest([metrics], json))),
  };
}

/** The SDK's OTLP JSON of spans, with every number in it. Loads the SDK at once. */
export function createJsonTraceSerializer(): ISerializer<ReadableSpan[], IExportTraceServiceResponse> {
  const {
    createExportTraceServiceRequest,
  }: Traces = require('@opentelemetry/otlp-transformer/build/src/trace/internal.js');
  const json = encoder();
  return {
    ...transformer().JsonTraceSerializer,
    serializeRequest: (spans) => Buffer.from(requestText(createExportTraceServiceRequest(spans, json))),
  };
}
