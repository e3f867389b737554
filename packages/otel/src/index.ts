export { DEFAULT_SHUTDOWN_TIMEOUT_MILLIS } from './deadline.ts';
export { DEFAULT_HOST, DEFAULT_PORT } from './default-address.ts';
export type { Delivery } from './delivery.ts';
export { startDiagnostics } from './diagnostics.ts';
export { liveEndpoints } from './endpoints.ts';
export { type EnvironmentReading, readEnvironment } from './environment/read-environment.ts';
export type { OtelExtension } from './extension.ts';
export { patchedModules } from './instrumentations.ts';
export { collectorOptionsOf, createMetricProducer } from './metric-producer.ts';
export type {
  BatchOptions,
  ConsoleOptions,
  Instrumentation,
  MetricsOptions,
  OtelOptions,
  OtlpOptions,
  OtlpProtocol,
  OtlpSignalOptions,
  PrometheusOptions,
  ResourceDetectorName,
  SamplerName,
  TracesOptions,
} from './options.ts';
export { missingOtlpPackages } from './otlp-grpc/missing-packages.ts';
export type { ServedRoutes } from './prometheus/handler.ts';
export { startPropagation } from './propagation.ts';
export type { ExtraExporter, LoadExporters } from './push-readers.ts';
export { DETECTOR_NAMES } from './resource.ts';
export type { SpanLimits } from './spans/limits.ts';
export {
  type Endpoints,
  type OtelHandle,
  startOtel,
} from './start-otel.ts';
