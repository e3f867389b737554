import type { Attributes, TextMapPropagator } from '@opentelemetry/api';
import type { ViewOptions as SdkViewOptions } from '@opentelemetry/sdk-metrics';
import type { Sampler, SpanProcessor } from '@opentelemetry/sdk-trace-node';
import type { Duration, MetricViewOptions } from '@org/instrument-core';
import type { SpanLimits } from './spans/limits.ts';

/** Transport of OTLP. `grpc` needs the package `@grpc/grpc-js`, which is not installed with this one. */
export type OtlpProtocol = 'http/json' | 'http/protobuf' | 'grpc';

/** Where `/metrics` listens. */
export interface PrometheusOptions {
  /** Address to listen on. Default `127.0.0.1`: metrics are not shown to the network unless asked for. */
  host?: string;
  /** Port; 0 takes a free one. Default 9464, the port registered for OpenTelemetry exporters. */
  port?: number;
  /** Path. Default `/metrics`. */
  path?: string;
  /** Put before each metric name, with an underscore. Default none. */
  prefix?: string;
  /** Writes the time of collection behind each sample. Default `false`: Prometheus stamps samples itself. */
  appendTimestamp?: boolean;
  /** Resource attributes whose names match become labels of every sample: a regular expression. Default none. */
  resourceLabels?: RegExp | string;
  /** Leaves out the `otel_scope_*` labels. Default `false`. */
  withoutScopeInfo?: boolean;
  /** Leaves out `target_info`. Default `false`. */
  withoutTargetInfo?: boolean;
}

/** Settings of one OTLP signal; those of {@link OtlpOptions} hold where they are left out. */
export interface OtlpSignalOptions {
  /** `true` sends to the default endpoint of the protocol where no endpoint is said. */
  enabled?: true;
  /** Full URL, used as it is: `http://localhost:4318/v1/traces`. For gRPC as the common one. */
  endpoint?: string;
  headers?: Record<string, string>;
  protocol?: OtlpProtocol;
  compression?: 'none' | 'gzip';
  /** Longest time for one export with its retries. Default 10 s. */
  timeout?: Duration;
}

/** Export over OTLP. */
export interface OtlpOptions extends OtlpSignalOptions {
  /** `true` sends to the default endpoint of the protocol where no endpoint is said; `otlp: true` is short for it. */
  enabled?: true;
  /**
   * Base URL: `/v1/metrics` and `/v1/traces` are put behind its path. For gRPC host and port, after `https://` with TLS and
   * after `http://` without. Default `http://localhost:4318`, for gRPC `http://localhost:4317`, when OTLP is on.
   */
  endpoint?: string;
  /** Settings of the metrics alone; `false` keeps them from being sent. */
  metrics?: false | OtlpSignalOptions;
  /** Settings of the traces alone; `false` keeps them from being sent. */
  traces?: false | OtlpSignalOptions;
  /** Temporality preference of the metrics. Default `cumulative`. */
  temporality?: 'cumulative' | 'delta' | 'lowmemory';
}

/** What is written to the console; `true` stands for both. */
export interface ConsoleOptions {
  /** Writes metrics. Default `false`. */
  metrics?: boolean;
  /** Writes spans. Default `false`. */
  traces?: boolean;
}

/** Settings of the batch span processor (specification, "Batching processor"). */
export interface BatchOptions {
  /** Spans kept before new ones are dropped and counted. Default 2,048. */
  maxQueueSize?: number;
  /** Spans per export. Default 512. */
  maxExportBatchSize?: number;
  /** Longest time a span waits. Default 5 s. */
  scheduledDelay?: Duration;
  /** Longest time for one export. Default 30 s. */
  exportTimeout?: Duration;
}

/** The samplers of the specification, by the names of `OTEL_TRACES_SAMPLER`. */
export type SamplerName =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio';

/** Tracing. */
export interface TracesOptions {
  /**
   * `true` opens spans even when nothing takes them (for propagation and exemplars); `traces: true` is short for it.
   * Default: on when something takes the spans. Settings alone do not switch tracing on.
   */
  enabled?: boolean;
  /** A name, or a sampler of your own. Default `parentbased_always_on`. */
  sampler?: SamplerName | Sampler;
  /** Share of the traces kept by the ratio samplers, 0 to 1. Default 1. */
  ratio?: number;
  batch?: BatchOptions;
  /** How much one span may hold. Default 128 of everything, and texts of any length. */
  limits?: Partial<SpanLimits>;
  /** Span processors of your own, beside the exporters asked for. */
  processors?: SpanProcessor[];
}

/** Metrics. */
export interface MetricsOptions {
  /** Time between two pushes. Default 60 s. */
  interval?: Duration;
  /** Longest time for one push. Default 30 s, at most `interval`. */
  timeout?: Duration;
  /** Views: the SDK's own `ViewOptions`, or the same in plain data. */
  views?: (MetricViewOptions | SdkViewOptions)[];
  /** Series per instrument, the overflow series included. Default 2,000. */
  cardinalityLimit?: number;
  /** Which measurements may become exemplars. Default `trace_based`: those inside a sampled span. */
  exemplars?: 'trace_based' | 'always_off';
}

/** An OpenTelemetry instrumentation, as `@opentelemetry/instrumentation` defines it. */
export interface Instrumentation {
  instrumentationName: string;
  enable(): void;
  disable(): void;
  setTracerProvider(provider: unknown): void;
  setMeterProvider(provider: unknown): void;
}

/** Options of {@link startOtel}. */
export interface OtelOptions {
  /** `service.name`. Default `unknown_service:node`. */
  serviceName?: string;
  /** `service.version`. */
  serviceVersion?: string;
  /** `deployment.environment.name`. */
  environment?: string;
  /** Further resource attributes; they win over detected ones. */
  attributes?: Attributes;
  /** `true` serves `/metrics` at the default address, `false` does not. Default `true`. */
  prometheus?: boolean | PrometheusOptions;
  /** OTLP export; on as soon as an endpoint is set. `false` switches it off whatever the environment says. */
  otlp?: boolean | OtlpOptions;
  /** Writes metrics and spans to the console, or one of them. Default `false`. */
  console?: boolean | ConsoleOptions;
  /** Tracing. Default: on when something takes the spans (OTLP, console, a processor). */
  traces?: boolean | TracesOptions;
  /** `false` switches export of metrics off. */
  metrics?: boolean | MetricsOptions;
  /** Instrumentations to register with our providers. */
  instrumentations?: (Instrumentation | Instrumentation[])[];
  /** Propagators, in order. Default W3C trace context and baggage. */
  propagators?: ('tracecontext' | 'baggage' | 'none' | TextMapPropagator)[];
  /** Level of OpenTelemetry's own diagnostics on the console. Default `info` as OTEL_LOG_LEVEL says; `none` for silence. */
  logLevel?: 'none' | 'error' | 'warn' | 'info' | 'debug' | 'verbose' | 'all';
  /**
   * Flush on SIGTERM, SIGINT and `beforeExit`. Default `true`. What is left when the process exits is delivered in either
   * case: that does not change how it ends.
   */
  handleSignals?: boolean;
  /**
   * One deadline for all of `shutdown()`, for `flush()`, and for what is delivered when the process exits. With 0 nobody
   * waits: what is on its way at a `flush()` goes on, and nothing is delivered at the end. Default 5 s.
   */
  shutdownTimeout?: Duration;
}
