import { type Attributes, metrics, type Tracer, trace } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import {
  type Aggregations,
  countSelf,
  installRuntime,
  type MeterProvider,
  meterProvider,
  parseDuration,
  tell,
  within,
} from '@org/instrument-core';
import { type ApiCopyWatch, watchApiCopies } from './api-copies.ts';
import { DEFAULT_SHUTDOWN_TIMEOUT_MILLIS, type Deadline, startDeadline } from './deadline.ts';
import { startDedicatedTracing } from './dedicated-tracing.ts';
import { type Delivery, describeLate } from './delivery.ts';
import { catchSdkFaults, fault, startDiagnostics } from './diagnostics.ts';
import { liveEndpoints } from './endpoints.ts';
import { deliverAtExit } from './exit-delivery/deliver-at-exit.ts';
import { earlyMetrics } from './exit-delivery/early-metrics.ts';
import type { FinalRequest } from './exit-delivery/final-request.ts';
import { createPatience } from './exit-delivery/patience.ts';
import { enableInstrumentations } from './instrumentations.ts';
import type { ServedEndpoint } from './keep-listening.ts';
import type { OtelOptions } from './options.ts';
import { otlpTarget } from './otlp.ts';
import { requireOtlpPackages } from './otlp-grpc/missing-packages.ts';
import { collectorPreferences, preferencesOf } from './otlp-metrics/preferences.ts';
import { onProcessExit } from './process-exit.ts';
import type { ServedRoutes } from './prometheus/handler.ts';
import type { AddressOptions } from './prometheus/server.ts';
import { startPropagation } from './propagation.ts';
import type { LoadExporters, PushReader } from './push-readers.ts';
import { createResource, giveUpPending, knownAttributes } from './resource.ts';
import type { RoutesAddress } from './routes-endpoint.ts';
import { type SentSpans, startTracing } from './tracing.ts';
import { metricViewsOf } from './views.ts';

/** Longest wait of `ready` for attributes of the resource that take their time: files are read, and on some systems programs run. */
const MAX_DETECTION_MILLIS = 1_000;

/** Where what listens can be reached. */
export interface Endpoints {
  /** URL of `/metrics`; `undefined` while nothing listens. */
  readonly prometheus: string | undefined;
  /** Origin of the server that has the routes of {@link OtelExtension}; `undefined` while none listens. */
  readonly routes: string | undefined;
}

/** What other rooms add. */
export interface OtelExtension {
  /** Loads the paths to serve beside `/metrics`. */
  readonly routes?: (() => Promise<ServedRoutes>) | undefined;
  /** A server of their own for the routes, instead of that of `/metrics`. Where there is none: its default address. */
  readonly routesAddress?: RoutesAddress | undefined;
  /** Which options set that address, for messages. */
  readonly routesSetBy?: AddressOptions | undefined;
  /** Loads what pushes metrics elsewhere, beside OTLP and the console. */
  readonly exporters?: LoadExporters | undefined;
  /** What comes before all else when the process is asked to end, or telemetry is shut down. Must not reject. */
  readonly beforeShutdown?: (() => Promise<void>) | undefined;
  /** What comes after that, before what is left is delivered for the last time. Must not reject. */
  readonly beforeDelivery?: (() => Promise<void>) | undefined;
  /** What is flushed and shut down together with metrics and spans, within the same deadline. */
  readonly deliveries?: readonly Delivery[] | undefined;
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
  let detected: Resource | undefined;
  const resource = (): Resource => {
    if (detected === undefined) {
      detected = createResource(options);
      // Asked for now: otherwise the first export would be the first to wait, and what reads them before it sees them never.
      void detected.waitForAsyncAttributes?.();
    }
    return detected;
  };
  const stop = new AbortController();
  const tracing = attempt('tracing', () => startTracing(options, resource, provider, stop.signal));
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

  let prometheus: ServedEndpoint | undefined;
  let routes: ServedEndpoint | undefined;
  let readers: PushReader[] = [];
  const spans: SentSpans[] = tracing === undefined ? [] : [tracing];
  let apiCopies: ApiCopyWatch | undefined;
  let isAttached = false;
  let isStopped = false;
  const attach = async (): Promise<void> => {
    // After the caller's turn: `register` has put its hooks on the loader by then. What Node.js 24 begins to load before,
    // `node:http` among it, the hooks never see.
    await undefined;
    const extra = await extension.routes?.().catch((error: unknown) => fault('routes', error));
    if (isServed(options)) {
      const { startPrometheusEndpoint } = await import('./prometheus-endpoint.ts');
      catchSdkFaults();
      const own = typeof options.prometheus === 'object' ? options.prometheus : {};
      const shared = (extension.routesAddress === undefined && extra) || undefined;
      if (!isStopped) prometheus = startPrometheusEndpoint(own, resource(), provider, shared);
      if (shared !== undefined) routes = prometheus;
    }
    if (extra && routes === undefined) {
      const { startRoutesEndpoint } = await import('./routes-endpoint.ts');
      if (!isStopped) {
        routes = startRoutesEndpoint(extra, extension.routesAddress ?? {}, extension.routesSetBy);
      }
    }
    if (isPushed(options, extension)) {
      const { startPushReaders } = await import('./push-readers.ts');
      catchSdkFaults();
      if (!isStopped) {
        readers = await startPushReaders(options, resource(), provider, stop.signal, extension.exporters);
      }
      // Shutdown did not wait for them any longer.
      if (isStopped) for (const reader of readers) await reader.shutdown();
    }
    isAttached = true;
    const attributes = detected?.waitForAsyncAttributes?.() ?? done;
    await Promise.all([prometheus?.ready, routes?.ready, within(attributes, MAX_DETECTION_MILLIS, () => {})]);
    if (!isStopped) apiCopies = watchApiCopies();
  };
  const ready = attach().catch((error: unknown) => {
    isAttached = true;
    fault('start', error);
  });

  const patience = createPatience(timeoutMillis);
  const deliver = async (work: (deadline: Deadline) => Step[]): Promise<boolean> => {
    const deadline = startDeadline(timeoutMillis);
    patience.begin(deadline);
    const report = (error: unknown): void => fault('export', error);
    await deadline.wait(ready, report);
    apiCopies?.check();
    const steps = work(deadline);
    const ended = await Promise.all(steps.map(({ end }) => deadline.wait(end, report)));
    const late = steps.filter((_, i) => ended[i] === false).map(({ of }) => of);
    patience.end(late.length === 0);
    if (late.length === 0) return true;
    // With 0 nobody meant to wait.
    if (timeoutMillis > 0) {
      countSelf('instrument.faults', 'deadline');
      tell('warn', describeLate(timeoutMillis, late));
    }
    return false;
  };
  let stopping: Promise<boolean> | undefined;
  const deliveries = (): Delivery[] => [...readers, ...spans, ...(extension.deliveries ?? [])];
  const flush = (): Promise<boolean> =>
    stopping ?? deliver(() => deliveries().map((sent) => ({ end: sent.flush(), of: sent })));
  const stopForceFlush = provider.onForceFlush(
    async () =>
      void (await (stopping ?? deliver(() => readers.map((sent) => ({ end: sent.flush(), of: sent }))))),
  );
  const beforeShutdown = (): Promise<void> => extension.beforeShutdown?.() ?? done;
  const stopAll = (deadline: Deadline): Step[] => [
    ...deliveries().map((sent) => ({ end: sent.shutdown(), of: sent })),
    ...[...new Set([prometheus, routes])].map((endpoint) => ({
      end: endpoint?.close(Math.min(1_000, deadline.remaining())) ?? done,
    })),
  ];
  const shutdown = (): Promise<boolean> => {
    stopping ??= beforeShutdown()
      .then(() => extension.beforeDelivery?.())
      .then(() => deliver(stopAll))
      .finally(() => {
        isStopped = true;
        // What was not delivered in time is given up: it must neither go on nor keep the process.
        stop.abort(new Error('given up, since telemetry was shut down'));
        stopListening();
        stopAtExit();
        apiCopies?.stop();
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
    giveUpPending(resource());
    const takeMetrics = (): FinalRequest[] =>
      isAttached
        ? readers.flatMap((reader) => reader.takeLast())
        : earlyMetrics(options, resource(), provider);
    // One that fails does not keep the other from being delivered.
    return [
      ...(attempt('metrics', takeMetrics) ?? []),
      ...spans.flatMap((sent) => attempt('tracing', () => sent.takeLast()) ?? []),
    ];
  };
  const stopAtExit =
    isSentOverOtlp(options) || extension.exporters !== undefined
      ? deliverAtExit({ remaining: patience.remaining, requests })
      : (): void => {};
  return {
    ready,
    openTracer: (name) => {
      if (isStopped) return undefined;
      const dedicated = attempt('tracing', () =>
        startDedicatedTracing(options, resource(), provider, stop.signal),
      );
      if (dedicated === undefined) return undefined;
      spans.push(dedicated);
      return dedicated.provider.getTracer(name);
    },
    resourceAttributes: () => attempt('resource', () => knownAttributes(resource())) ?? {},
    flush: async () => void (await flush()),
    shutdown: async () => void (await shutdown()),
    endpoints: liveEndpoints<Endpoints>({
      prometheus: () => prometheus?.url,
      routes: () => (routes?.url === undefined ? undefined : new URL(routes.url).origin),
    }),
  };
}

const done: Promise<void> = Promise.resolve();

/** A part of a delivery that is under way. */
interface Step {
  readonly end: Promise<unknown>;
  readonly of?: Delivery;
}

/** What `start` returns, or `undefined` when it fails: the application goes on without that part. */
function attempt<T>(component: string, start: () => T): T | undefined {
  try {
    return start();
  } catch (error) {
    fault(component, error);
    return undefined;
  }
}

function isServed({ metrics: settings, prometheus }: OtelOptions): boolean {
  return settings !== false && prometheus !== false;
}

function isPushed({ metrics: settings, otlp, console }: OtelOptions, { exporters }: OtelExtension): boolean {
  const isOnConsole = typeof console === 'object' ? console.metrics : console;
  const isAsked =
    isOnConsole === true || exporters !== undefined || otlpTarget(otlp, 'metrics') !== undefined;
  return settings !== false && isAsked;
}

/** What the reader for OTLP, attached later, will ask for. */
function aggregationsOverOtlp(options: OtelOptions): Aggregations[] {
  if (options.metrics === false || otlpTarget(options.otlp, 'metrics') === undefined) return [];
  return [collectorPreferences(preferencesOf(options)).aggregation];
}

function isSentOverOtlp({ metrics: ofMetrics, traces, otlp }: OtelOptions): boolean {
  const isOn = { metrics: ofMetrics !== false, traces: traces !== false };
  return (['metrics', 'traces'] as const).some(
    (signal) => isOn[signal] && otlpTarget(otlp, signal) !== undefined,
  );
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
