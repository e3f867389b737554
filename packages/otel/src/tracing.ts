import { createRequire } from 'node:module';
import { type MeterProvider, trace } from '@opentelemetry/api';
import type { OTLPExporterNodeConfigBase } from '@opentelemetry/otlp-exporter-base';
import type { Resource } from '@opentelemetry/resources';
import type { NodeTracerProvider, Sampler, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-node';
import { parseDuration } from '@org/instrument-core';
import { catchSdkFaults } from './diagnostics.ts';
import { describeExportFailures } from './export-failures.ts';
import { guardProcessor, guardSampler } from './guarded-tracing.ts';
import type { BatchOptions, OtelOptions, SamplerName, TracesOptions } from './options.ts';
import { type OtlpTarget, otlpTarget } from './otlp.ts';
import { createOtlpProtobufTraceExporter } from './otlp-traces/exporter.ts';

// Loaded only when there is tracing, and at once: a span opened right after init() must not be lost.
const require = createRequire(import.meta.url);
const sdk = (): typeof import('@opentelemetry/sdk-trace-node') => require('@opentelemetry/sdk-trace-node');

/** Tracing as it runs. */
export interface Tracing {
  readonly provider: NodeTracerProvider;
  /** Below an unsampled span nothing will be sampled. */
  readonly parentBased: boolean;
  /** Whether it is the API's global tracer provider; another SDK may have been there first. */
  readonly isGlobal: boolean;
  flush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** Starts tracing when something takes the spans, or when it is asked for; `undefined` otherwise. */
export function startTracing(
  options: OtelOptions,
  resource: () => Resource,
  meters: MeterProvider,
): Tracing | undefined {
  const { traces } = options;
  if (traces === false) return undefined;
  const settings: TracesOptions = typeof traces === 'object' ? traces : {};
  const exporters = exportersOf(options, meters);
  const spanProcessors = [
    ...(settings.processors ?? []).map(guardProcessor),
    ...exporters.map((exporter) => batch(exporter, settings.batch, meters)),
  ];
  if (spanProcessors.length === 0 && traces !== true && settings.enabled !== true) return undefined;
  catchSdkFaults();
  const { sampler, parentBased } = samplerOf(settings);
  const provider = new (sdk().NodeTracerProvider)({ resource: resource(), sampler, spanProcessors });
  const isGlobal = trace.setGlobalTracerProvider(provider);
  return {
    provider,
    parentBased,
    isGlobal,
    async flush() {
      try {
        await provider.forceFlush();
      } finally {
        // The processor waits for the batches that it sends now, not for one that is on its way already.
        await Promise.all(exporters.map((exporter) => exporter.forceFlush?.()));
      }
    },
    shutdown: () => provider.shutdown(),
  };
}

function exportersOf(options: OtelOptions, meters: MeterProvider): SpanExporter[] {
  const list: SpanExporter[] = [];
  const target = otlpTarget(options.otlp, 'traces');
  if (target !== undefined) list.push(otlpExporter(target, meters));
  const isOnConsole = typeof options.console === 'object' ? options.console.traces : options.console;
  if (isOnConsole === true) list.push(new (sdk().ConsoleSpanExporter)());
  return list;
}

function otlpExporter(target: OtlpTarget, meters: MeterProvider): SpanExporter {
  // The enumeration's values are the words themselves.
  const config = { ...target, compression: target.compression as never, selfObsMeterProvider: meters };
  const exporter =
    target.protocol === 'http/json' ? jsonExporter(config) : createOtlpProtobufTraceExporter(config);
  return describeExportFailures(exporter, { destination: `OTLP receiver ${target.url}` });
}

function jsonExporter(config: OTLPExporterNodeConfigBase): SpanExporter {
  const { OTLPTraceExporter } =
    require('@opentelemetry/exporter-trace-otlp-http') as typeof import('@opentelemetry/exporter-trace-otlp-http');
  return new OTLPTraceExporter(config);
}

function batch(exporter: SpanExporter, options: BatchOptions = {}, meters: MeterProvider): SpanProcessor {
  const scheduledDelayMillis = parseDuration(options.scheduledDelay);
  const exportTimeoutMillis = parseDuration(options.exportTimeout);
  const { BatchSpanProcessor } =
    require('@opentelemetry/sdk-trace') as typeof import('@opentelemetry/sdk-trace');
  return new BatchSpanProcessor({
    exporter,
    // Counts what is exported and what is dropped, under the names of the semantic conventions (otel.sdk.*).
    selfObsMeterProvider: meters,
    ...(options.maxQueueSize === undefined ? {} : { maxQueueSize: options.maxQueueSize }),
    ...(options.maxExportBatchSize === undefined ? {} : { maxExportBatchSize: options.maxExportBatchSize }),
    ...(scheduledDelayMillis === undefined ? {} : { scheduledDelayMillis }),
    ...(exportTimeoutMillis === undefined ? {} : { exportTimeoutMillis }),
  });
}

/** Parts of the description of a parent-based sampler that samples nothing below an unsampled parent. */
const FOLLOWS_UNSAMPLED = [
  /remoteParentNotSampled=AlwaysOffSampler/,
  /localParentNotSampled=AlwaysOffSampler/,
];

/** The sampler asked for, and whether it always follows an unsampled parent. */
export function samplerOf({ sampler = 'parentbased_always_on', ratio = 1 }: TracesOptions): {
  sampler: Sampler;
  parentBased: boolean;
} {
  const { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler, TraceIdRatioBasedSampler } = sdk();
  if (typeof sampler !== 'string') {
    // Its description is the one public way to learn what a parent-based sampler does below unsampled parents.
    const follows =
      sampler instanceof ParentBasedSampler && FOLLOWS_UNSAMPLED.every((part) => part.test(`${sampler}`));
    return { sampler: guardSampler(sampler), parentBased: follows };
  }
  const roots: Record<SamplerName, () => Sampler> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratio),
    parentbased_always_on: () => new AlwaysOnSampler(),
    parentbased_always_off: () => new AlwaysOffSampler(),
    parentbased_traceidratio: () => new TraceIdRatioBasedSampler(ratio),
  };
  const root = roots[sampler]();
  if (!sampler.startsWith('parentbased')) return { sampler: root, parentBased: sampler === 'always_off' };
  return { sampler: new ParentBasedSampler({ root }), parentBased: true };
}
