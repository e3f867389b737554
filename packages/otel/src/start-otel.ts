import { type Attributes, metrics, type Tracer, trace } from '@opentelemetry/api';
import { installRuntime, type MeterProvider, meterProvider, parseDuration, tell } from '@org/instrument-core';
import { aggregationsOverOtlp, isSentOverOtlp } from './asked-for.ts';
import { attach } from './attachment.ts';
import { DEFAULT_SHUTDOWN_TIMEOUT_MILLIS, type Deadline } from './deadline.ts';
import { startDedicatedTracing } from './dedicated-tracing.ts';
import type { Delivery } from './delivery.ts';
import { createDeliveryRounds, type Step } from './delivery-rounds.ts';
import { fault, startDiagnostics } from './diagnostics.ts';
import { liveEndpoints } from './endpoints.ts';
import { deliverAtExit } from './exit-delivery/deliver-at-exit.ts';
import { earlyMetrics } from './exit-delivery/early-metrics.ts';
import type { FinalRequest } from './exit-delivery/final-request.ts';
import type { OtelExtension } from './extension.ts';
import { enableInstrumentations } from './instrumentations.ts';
import type { OtelOptions } from './options.ts';
import { requireOtlpPackages } from './otlp-grpc/missing-packages.ts';
import { onProcessExit } from './process-exit.ts';
import { startPropagation } from './propagation.ts';
import { giveUpPending, knownAttributes } from './resource.ts';
import { resourceOnDemand } from './resource-on-demand.ts';
import { type SentSpans, startTracing } from './tracing.ts';
import { metricViewsOf } from './views.ts';

/** Where what listens can be reached. */
export interface Endpoints {
  /** URL of `/metrics`; `undefined` while nothing listens. */
  readonly prometheus: string | undefined;
  /** Origin of the server that has the routes of {@link OtelExtension}; `undefined` while none listens. */
  readonly routes: string | undefined;
}

/** The OpenTelemetry side as it runs. */
export interface OtelHandle {
  /**
   * Resolves, and never rejects, when readers are attached, servers listen and the attributes of the resource are known, or could
   * not, or have taken longer than a second.
   */
  readonly ready: Promise<void>;
  readonly endpoints: Endpoints;
  /**
   * A tracer apart from all others: its spans are always sampled and have a queue of their own, so that neither a sampler
   * nor a flood of other spans takes any away. `undefined` where no spans are sent.
   */
  openTracer(name: string): Tracer | undefined;
  /** Attributes of the resource, as far as they are known by now: some detectors take their time. */
  resourceAttributes(): Attributes;
  /** Pushes what is recorded. Never rejects; gives up after the shutdown timeout. */
  flush(): Promise<void>;
  /** Pushes what is recorded and stops everything, within the shutdown timeout. Never rejects; idempotent. */
  shutdown(): Promise<void>;
}

/**
 * Attaches readers, exporters and tracing to the meter provider and registers them as the API's globals. Returns at
 * once and never throws for what goes wrong at run time: that goes to `diag` and into `instrument.faults`.
 *
 * @throws {InstrumentError} `INSTRUMENT_DEPENDENCY_MISSING` when the package of an OTLP protocol is not installed.
 */
export function startOtel(
  options: OtelOptions,
  provider: MeterProvider = meterProvider,
  extension: OtelExtension = {},
): OtelHandle {
  requireOtlpPackages(options);
  startDiagnostics(options.logLevel);
  const settings = typeof options.metrics === 'object' ? options.metrics : {};
  const stopPropagation = startPropagation(options.propagators);
  const resource = resourceOnDemand(options);
  const stop = new AbortController();
  const tracing = attempt('tracing', () => startTracing(options, resource.get, provider, stop.signal));
  provider.configure({
    views: metricViewsOf(settings.views),
    cardinalityLimit: settings.cardinalityLimit,
    exemplars: tracing !== undefined && settings.exemplars !== 'always_off',
    aggregations: aggregationsOverOtlp(options),
  });
  const unregister = registerMeterProvider(provider);
  const restore = installRuntime({
    tracing: { enabled: tracing !== undefined, parentBased: tracing?.parentBased ?? true },
  });
  const disableInstrumentations = enableInstrumentations(options.instrumentations ?? [], provider);
  const timeoutMillis = parseDuration(options.shutdownTimeout) ?? DEFAULT_SHUTDOWN_TIMEOUT_MILLIS;

  const attachment = attach(options, extension, provider, resource, stop.signal);
  const spans: SentSpans[] = tracing === undefined ? [] : [tracing];
  const rounds = createDeliveryRounds(timeoutMillis, attachment.ready);
  const deliver = (begin: (deadline: Deadline) => Step[]): Promise<boolean> =>
    rounds.run((deadline) => {
      attachment.checkApiCopies();
      return begin(deadline);
    });
  let stopping: Promise<boolean> | undefined;
  const deliveries = (): Delivery[] => [...attachment.readers, ...spans, ...(extension.deliveries ?? [])];
  const flush = (): Promise<boolean> =>
    stopping ?? deliver(() => deliveries().map((sent) => ({ end: sent.flush(), of: sent })));
  const stopForceFlush = provider.onForceFlush(
    async () =>
      void (await (stopping ??
        deliver(() => attachment.readers.map((sent) => ({ end: sent.flush(), of: sent }))))),
  );
  const beforeShutdown = (): Promise<void> => extension.beforeShutdown?.() ?? done;
  const stopAll = (deadline: Deadline): Step[] => [
    ...deliveries().map((sent) => ({ end: sent.shutdown(), of: sent })),
    ...[...new Set([attachment.prometheus, attachment.routes])].map((endpoint) => ({
      end: endpoint?.close(Math.min(1_000, deadline.remaining())) ?? done,
    })),
  ];
  const shutdown = (): Promise<boolean> => {
    stopping ??= beforeShutdown()
      .then(() => extension.beforeDelivery?.())
      .then(() => deliver(stopAll))
      .finally(() => {
        // What was not delivered in time is given up: it must neither go on nor keep the process.
        stop.abort(new Error('given up, since telemetry was shut down'));
        stopListening();
        stopAtExit();
        restore();
        disableInstrumentations();
        unregister();
        stopForceFlush();
        if (tracing?.isGlobal === true) trace.disable();
        stopPropagation();
      });
    return stopping;
  };
  const stopListening =
    options.handleSignals === false ? (): void => {} : onProcessExit({ shutdown, flush, beforeShutdown });
  const requests = (): FinalRequest[] => {
    giveUpPending(resource.get());
    const takeMetrics = (): FinalRequest[] =>
      attachment.isComplete
        ? attachment.readers.flatMap((reader) => reader.takeLast())
        : earlyMetrics(options, resource.get(), provider);
    // One that fails does not keep the other from being delivered.
    return [
      ...(attempt('metrics', takeMetrics) ?? []),
      ...spans.flatMap((sent) => attempt('tracing', () => sent.takeLast()) ?? []),
    ];
  };
  const stopAtExit =
    isSentOverOtlp(options) || extension.exporters !== undefined
      ? deliverAtExit({ remaining: rounds.remaining, requests })
      : (): void => {};
  return {
    ready: attachment.ready,
    openTracer: (name) => {
      if (stop.signal.aborted) return undefined;
      const dedicated = attempt('tracing', () =>
        startDedicatedTracing(options, resource.get(), provider, stop.signal),
      );
      if (dedicated === undefined) return undefined;
      spans.push(dedicated);
      return dedicated.provider.getTracer(name);
    },
    resourceAttributes: () => attempt('resource', () => knownAttributes(resource.get())) ?? {},
    flush: async () => void (await flush()),
    shutdown: async () => void (await shutdown()),
    endpoints: liveEndpoints<Endpoints>({
      prometheus: () => attachment.prometheus?.url,
      routes: () => attachment.routes?.url && new URL(attachment.routes.url).origin,
    }),
  };
}

const done: Promise<void> = Promise.resolve();

/** What `start` returns, or `undefined` when it fails: the application goes on without that part. */
function attempt<T>(component: string, start: () => T): T | undefined {
  try {
    return start();
  } catch (error) {
    fault(component, error);
    return undefined;
  }
}

/** Returns the function that takes the provider out again; one that was there before stays. */
function registerMeterProvider(provider: MeterProvider): () => void {
  if (metrics.setGlobalMeterProvider(provider)) return () => metrics.disable();
  tell(
    'error',
    'Another meter provider is registered already, so libraries that use the OpenTelemetry API do not record into ' +
      '@org/instrument. Call init() before any other OpenTelemetry set-up, or remove the other one.',
  );
  return () => {};
}
