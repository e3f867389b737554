import type { Attributes, TextMapPropagator } from '@opentelemetry/api';
import type { ResourceDetector } from '@opentelemetry/resources';
import type { ViewOptions as SdkViewOptions } from '@opentelemetry/sdk-metrics';
import type { Sampler, SpanProcessor } from '@opentelemetry/sdk-trace-node';
import type { Duration, MetricViewOptions } from '@org/instrument-core';
import type { SpanLimits } from './spans/limits.ts';

/** Transport of OTLP. `grpc` needs the package `@grpc/grpc-js`, which is not installed with this one. */
export type OtlpProtocol = 'http/json' | 'http/protobuf' | 'grpc';

/** Where `/metrics` listens. */
export interface PrometheusOptions {
  /** Address to listen on. Default `127.0.0.1`: metrics are not shown to the network unless asked for. */
  readonly host?: string | undefined;
  /** Port; 0 takes a free one. Default 9464, the port registered for OpenTelemetry exporters. */
  readonly port?: number | undefined;
  /** Path. Default `/metrics`. */
  readonly path?: string | undefined;
  /** Put before each metric name, with an underscore. Default none. */
  readonly prefix?: string | undefined;
  /** Writes the time of collection behind each sample. Default `false`: Prometheus stamps samples itself. */
  readonly appendTimestamp?: boolean | undefined;
  /** Resource attributes whose names match become labels of every sample: a regular expression. Default none. */
  readonly resourceLabels?: RegExp | string | undefined;
  /** Leaves out the `otel_scope_*` labels. Default `false`. */
  readonly withoutScopeInfo?: boolean | undefined;
  /** Leaves out `target_info`. Default `false`. */
  readonly withoutTargetInfo?: boolean | undefined;
}

/** Settings of one OTLP signal; those of {@link OtlpOptions} hold where they are left out. */
export interface OtlpSignalOptions {
  /** `true` sends to the default endpoint of the protocol where no endpoint is said. */
  readonly enabled?: true | undefined;
  /** Full URL, used as it is: `http://localhost:4318/v1/traces`. For gRPC as the common one. */
  readonly endpoint?: string | undefined;
  readonly headers?: Record<string, string> | undefined;
  readonly protocol?: OtlpProtocol | undefined;
  readonly compression?: 'none' | 'gzip' | undefined;
  /** Longest time for one export with its retries. Default 10 s. */
  readonly timeout?: Duration | undefined;
}

/** Export over OTLP. */
export interface OtlpOptions extends OtlpSignalOptions {
  /** `true` sends to the default endpoint of the protocol where no endpoint is said; `otlp: true` is short for it. */
  readonly enabled?: true | undefined;
  /**
   * Base URL: `/v1/metrics` and `/v1/traces` are put behind its path. For gRPC host and port, after `https://` with TLS and
   * after `http://` without. Default `http://localhost:4318`, for gRPC `http://localhost:4317`, when OTLP is on.
   */
  readonly endpoint?: string | undefined;
  /** Settings of the metrics alone; `false` keeps them from being sent. */
  readonly metrics?: false | OtlpSignalOptions | undefined;
  /** Settings of the traces alone; `false` keeps them from being sent. */
  readonly traces?: false | OtlpSignalOptions | undefined;
  /** Temporality preference of the metrics. Default `cumulative`. */
  readonly temporality?: 'cumulative' | 'delta' | 'lowmemory' | undefined;
  /**
   * What histograms are sent as where no view says otherwise. Default `explicit_bucket_histogram`. With
   * `base2_exponential_bucket_histogram` the buckets follow the values (160 at most, as narrow as that allows), whatever an
   * instrument advises; `/metrics` keeps those of the instrument.
   */
  readonly histogramAggregation?:
    | 'explicit_bucket_histogram'
    | 'base2_exponential_bucket_histogram'
    | undefined;
}

/** What is written to the console; `true` stands for both. */
export interface ConsoleOptions {
  /** Writes metrics. Default `false`. */
  readonly metrics?: boolean | undefined;
  /** Writes spans. Default `false`. */
  readonly traces?: boolean | undefined;
}

/** Settings of the batch span processor (specification, "Batching processor"). */
export interface BatchOptions {
  /** Spans kept before new ones are dropped and counted. Default 2,048. */
  readonly maxQueueSize?: number | undefined;
  /** Spans per export. Default 512. */
  readonly maxExportBatchSize?: number | undefined;
  /** Longest time a span waits. Default 5 s. */
  readonly scheduledDelay?: Duration | undefined;
  /** Longest time for one export. Default 30 s. */
  readonly exportTimeout?: Duration | undefined;
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
  readonly enabled?: boolean | undefined;
  /** A name, or a sampler of your own. Default `parentbased_always_on`. */
  readonly sampler?: SamplerName | Sampler | undefined;
  /** Share of the traces kept by the ratio samplers, 0 to 1. Default 1. */
  readonly ratio?: number | undefined;
  readonly batch?: BatchOptions | undefined;
  /** How much one span may hold. Default 128 of everything, and texts of any length. */
  readonly limits?: Partial<SpanLimits> | undefined;
  /** Span processors of your own, beside the exporters asked for. */
  readonly processors?: SpanProcessor[] | undefined;
}

/** Metrics. */
export interface MetricsOptions {
  /** Time between two pushes. Default 60 s. */
  readonly interval?: Duration | undefined;
  /** Longest time for one push. Default 30 s, at most `interval`. */
  readonly timeout?: Duration | undefined;
  /** Views: the SDK's own `ViewOptions`, or the same in plain data. */
  readonly views?: (MetricViewOptions | SdkViewOptions)[] | undefined;
  /** Series per instrument, the overflow series included. Default 2,000. */
  readonly cardinalityLimit?: number | undefined;
  /** Which measurements may become exemplars. Default `trace_based`: those inside a sampled span. */
  readonly exemplars?: 'trace_based' | 'always_off' | undefined;
}

/** An OpenTelemetry instrumentation, as `@opentelemetry/instrumentation` defines it. */
export interface Instrumentation {
  instrumentationName: string;
  enable(): void;
  disable(): void;
  setTracerProvider(provider: unknown): void;
  setMeterProvider(provider: unknown): void;
}

/** The detectors that come with this package, by the names of `OTEL_NODE_RESOURCE_DETECTORS`. */
export type ResourceDetectorName = 'host' | 'os' | 'process' | 'container' | 'serviceinstance';

/** Options of {@link startOtel}. */
export interface OtelOptions {
  /** `service.name`. Default `unknown_service:node`. */
  serviceName?: string | undefined;
  /** `service.version`. */
  serviceVersion?: string | undefined;
  /** `deployment.environment.name`. */
  environment?: string | undefined;
  /** Further resource attributes; they win over detected ones. */
  attributes?: Attributes | undefined;
  /**
   * What is detected of the resource: names, and in code detectors of your own, such as those of clouds. `[]` detects nothing.
   * Default: every name. A command line is left out of what they detect; of two that detect the same attribute, the later one wins.
   */
  resourceDetectors?: readonly (ResourceDetectorName | ResourceDetector)[] | undefined;
  /** `true` serves `/metrics` at the default address, `false` does not. Default `true`. */
  prometheus?: boolean | PrometheusOptions | undefined;
  /** OTLP export; on as soon as an endpoint is set. `false` switches it off whatever the environment says. */
  otlp?: boolean | OtlpOptions | undefined;
  /** Writes metrics and spans to the console, or one of them. Default `false`. */
  console?: boolean | ConsoleOptions | undefined;
  /** Tracing. Default: on when something takes the spans (OTLP, console, a processor). */
  traces?: boolean | TracesOptions | undefined;
  /** `false` switches export of metrics off. */
  metrics?: boolean | MetricsOptions | undefined;
  /** Instrumentations to register with our providers. */
  instrumentations?: (Instrumentation | Instrumentation[])[] | undefined;
  /** Propagators, in order. Default W3C trace context and baggage. */
  propagators?: ('tracecontext' | 'baggage' | 'none' | TextMapPropagator)[] | undefined;
  /** Level of OpenTelemetry's own diagnostics on the console. Default `info` as OTEL_LOG_LEVEL says; `none` for silence. */
  logLevel?: 'none' | 'error' | 'warn' | 'info' | 'debug' | 'verbose' | 'all' | undefined;
  /**
   * Flush on SIGTERM, SIGINT and `beforeExit`. Default `true`. What is left when the process exits is delivered in either
   * case: that does not change how it ends.
   */
  handleSignals?: boolean | undefined;
  /**
   * One deadline for all of `shutdown()`, for `flush()`, and for what is delivered when the process exits. With 0 nobody
   * waits: what is on its way at a `flush()` goes on, and nothing is delivered at the end. Default 5 s.
   */
  shutdownTimeout?: Duration | undefined;
}
