import { type MeterProvider, trace } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { Sampler, SpanProcessor } from '@opentelemetry/sdk-trace-node';
import { parseDuration } from '@org/instrument-core';
import { sdkTraceNode } from '#sdk';
import { DEFAULT_SHUTDOWN_TIMEOUT_MILLIS } from './deadline.ts';
import { catchSdkFaults, fault } from './diagnostics.ts';
import type { FinalRequest } from './exit-delivery/final-request.ts';
import { guardProcessor, guardSampler } from './guarded-tracing.ts';
import type { BatchOptions, OtelOptions, TracesOptions } from './options.ts';
import { otlpTarget } from './otlp.ts';
import { createSpanSender, type QueueSettings } from './otlp-traces/span-sender.ts';
import { createSpanList } from './span-queue/span-batch.ts';
import { SpanQueue } from './span-queue/span-queue.ts';
import { DEFAULT_SPAN_LIMITS } from './spans/limits.ts';
import { type NamedSampler, namedSampler } from './spans/named-sampler.ts';
import { SpanProvider } from './spans/span-provider.ts';

/** Spans on their way out. */
export interface SentSpans {
  readonly provider: SpanProvider;
  flush(): Promise<void>;
  shutdown(): Promise<void>;
  /** Takes out what is not known to be delivered over OTLP, for when the process ends at once. */
  takeLast(): FinalRequest[];
  /** Why spans are not delivered over OTLP, as far as that is known. */
  whyLate(): string | undefined;
}

/** Tracing as it runs. */
export interface Tracing extends SentSpans {
  /** Below an unsampled span nothing will be sampled. */
  readonly parentBased: boolean;
  /** Whether it is the API's global tracer provider; another SDK may have been there first. */
  readonly isGlobal: boolean;
}

/**
 * Starts tracing when something takes the spans, or when it is asked for; `undefined` otherwise. Once `stop` is
 * aborted, no span is sent any more.
 */
export function startTracing(
  options: OtelOptions,
  resource: () => Resource,
  meters: MeterProvider,
  stop: AbortSignal,
): Tracing | undefined {
  const { traces } = options;
  if (traces === false) return undefined;
  const settings: TracesOptions = typeof traces === 'object' ? traces : {};
  const target = otlpTarget(options.otlp, 'traces');
  const ofQueues = queueSettings(settings.batch, meters);
  const sender = target === undefined ? undefined : createSpanSender(target, ofQueues, meters, stop);
  const shutdownMillis = parseDuration(options.shutdownTimeout) ?? DEFAULT_SHUTDOWN_TIMEOUT_MILLIS;
  const processors = (settings.processors ?? []).map((each) => guardProcessor(each, shutdownMillis));
  const spanProcessors = [
    ...processors,
    ...(sender === undefined ? [] : [sender.processor]),
    ...(isOnConsole(options) ? [consoleQueue(ofQueues)] : []),
  ];
  if (spanProcessors.length === 0 && traces !== true && settings.enabled !== true) return undefined;
  catchSdkFaults();
  const { sampler, parentBased } = samplerOf(settings);
  const provider = new SpanProvider({
    resource: resource(),
    sampler,
    processors: spanProcessors,
    limits: { ...DEFAULT_SPAN_LIMITS, ...settings.limits },
  });
  const isGlobal = trace.setGlobalTracerProvider(provider);
  return {
    provider,
    parentBased,
    isGlobal,
    flush: () => provider.forceFlush(),
    shutdown: () => provider.shutdown(),
    takeLast: () => sender?.takeLast() ?? [],
    whyLate: () =>
      [sender, ...processors].map((each) => each?.whyLate()).find((reason) => reason !== undefined),
  };
}

export function isOnConsole({ console: settings }: OtelOptions): boolean {
  return (typeof settings === 'object' ? settings.traces : settings) === true;
}

export function consoleQueue(settings: QueueSettings): SpanProcessor {
  const exporter = new (sdkTraceNode().ConsoleSpanExporter)();
  return new SpanQueue({ ...settings, exporter, createBatch: createSpanList });
}

export function queueSettings(options: BatchOptions = {}, meters: MeterProvider): QueueSettings {
  return {
    // Counts what is exported and what is dropped, under the names of the semantic conventions (otel.sdk.*).
    meters,
    onError: (error) => fault('export', error),
    maxQueueSize: options.maxQueueSize,
    maxExportBatchSize: options.maxExportBatchSize,
    scheduledDelayMillis: parseDuration(options.scheduledDelay),
    exportTimeoutMillis: parseDuration(options.exportTimeout),
  };
}

/** Parts of the description of a parent-based sampler that samples nothing below an unsampled parent. */
const FOLLOWS_UNSAMPLED = [
  /remoteParentNotSampled=AlwaysOffSampler/,
  /localParentNotSampled=AlwaysOffSampler/,
];

/** The sampler asked for, and whether it always follows an unsampled parent. */
export function samplerOf({ sampler = 'parentbased_always_on', ratio = 1 }: TracesOptions): {
  sampler: Sampler | NamedSampler;
  parentBased: boolean;
} {
  if (typeof sampler === 'string') {
    const named = namedSampler(sampler, ratio);
    return { sampler: named, parentBased: named.isParentBased || sampler === 'always_off' };
  }
  // Its description is the one public way to learn what a parent-based sampler does below unsampled parents.
  const follows =
    sampler instanceof sdkTraceNode().ParentBasedSampler &&
    FOLLOWS_UNSAMPLED.every((part) => part.test(`${sampler}`));
  return { sampler: guardSampler(sampler), parentBased: follows };
}
