import { diag, metrics, trace } from '@opentelemetry/api';
import {
  countSelf,
  installRuntime,
  type MeterProvider,
  meterProvider,
  parseDuration,
} from '@org/instrument-core';
import { warnOfOtherApiCopies } from './api-copies.ts';
import { startDeadline } from './deadline.ts';
import { messageOf, startDiagnostics } from './diagnostics.ts';
import type { Instrumentation, OtelOptions } from './options.ts';
import { onProcessExit } from './process-exit.ts';
import type { PrometheusEndpoint } from './prometheus-endpoint.ts';
import { startPropagation } from './propagation.ts';
import type { PushReader } from './push-readers.ts';
import { createResource } from './resource.ts';
import { startTracing } from './tracing.ts';
import { metricViewsOf } from './views.ts';

const DEFAULT_SHUTDOWN_TIMEOUT_MILLIS = 5_000;

/** Where what listens can be reached. */
export interface Endpoints {
  /** URL of `/metrics`; `undefined` while nothing listens. */
  readonly prometheus: string | undefined;
}

/** The OpenTelemetry side as it runs. */
export interface OtelHandle {
  /** Resolves, and never rejects, when readers are attached and servers listen, or could not. */
  readonly ready: Promise<void>;
  readonly endpoints: Endpoints;
  /** Pushes what is recorded. Never rejects; gives up after the shutdown timeout. */
  flush(): Promise<void>;
  /** Pushes what is recorded and stops everything, within the shutdown timeout. Never rejects; idempotent. */
  shutdown(): Promise<void>;
}

/**
 * Attaches readers, exporters and tracing to the meter provider and registers them as the API's globals. Returns at
 * once and never throws for what goes wrong at run time: that goes to `diag` and into `instrument.faults`.
 */
export function startOtel(options: OtelOptions, provider: MeterProvider = meterProvider): OtelHandle {
  startDiagnostics(options.logLevel);
  const settings = typeof options.metrics === 'object' ? options.metrics : {};
  const stopPropagation = startPropagation(options.propagators);
  const resource = createResource(options);
  const tracing = startTracing(options, resource, provider);
  provider.configure({
    views: metricViewsOf(settings.views),
    cardinalityLimit: settings.cardinalityLimit,
    exemplars: tracing !== undefined && settings.exemplars !== 'always_off',
  });
  registerMeterProvider(provider);
  const restore = installRuntime({
    tracing: { enabled: tracing !== undefined, parentBased: tracing?.parentBased ?? true },
  });
  const instrumentations = enable(options.instrumentations ?? [], provider);
  const timeoutMillis = parseDuration(options.shutdownTimeout) ?? DEFAULT_SHUTDOWN_TIMEOUT_MILLIS;

  let prometheus: PrometheusEndpoint | undefined;
  let readers: PushReader[] = [];
  const attach = async (): Promise<void> => {
    const isServed = options.metrics !== false && options.prometheus !== false;
    if (isServed) {
      const { startPrometheusEndpoint } = await import('./prometheus-endpoint.ts');
      const own = typeof options.prometheus === 'object' ? options.prometheus : {};
      prometheus = startPrometheusEndpoint(own, resource, provider);
    }
    if (hasPush(options)) {
      const { startPushReaders } = await import('./push-readers.ts');
      readers = await startPushReaders(options, resource, provider);
    }
    await prometheus?.ready;
    warnOfOtherApiCopies();
  };
  const ready = attach().catch((error: unknown) => fault('start', error));

  const all = (work: (deadline: ReturnType<typeof startDeadline>) => Promise<unknown>[]): Promise<void> =>
    withDeadline(timeoutMillis, ready, work);
  const flush = (): Promise<void> =>
    all(() => [...readers.map((reader) => reader.flush()), tracing?.flush() ?? done]);
  let stopping: Promise<void> | undefined;
  const shutdown = (): Promise<void> => {
    stopping ??= all((deadline) => [
      ...readers.map((reader) => reader.shutdown()),
      tracing?.shutdown() ?? done,
      prometheus?.close(Math.min(1_000, deadline.remaining())) ?? done,
    ]).finally(() => {
      stopListening();
      restore();
      for (const instrumentation of instrumentations) instrumentation.disable();
      metrics.disable();
      if (tracing?.isGlobal === true) trace.disable();
      stopPropagation();
    });
    return stopping;
  };
  const stopListening = options.handleSignals === false ? (): void => {} : onProcessExit(shutdown, flush);
  return {
    ready,
    flush,
    shutdown,
    endpoints: {
      get prometheus(): string | undefined {
        return prometheus?.url;
      },
    },
  };
}

const done: Promise<void> = Promise.resolve();

/** Runs the steps side by side under one deadline; a step that is late is left behind, and said. */
async function withDeadline(
  timeoutMillis: number,
  ready: Promise<void>,
  work: (deadline: ReturnType<typeof startDeadline>) => Promise<unknown>[],
): Promise<void> {
  const deadline = startDeadline(timeoutMillis);
  const report = (error: unknown): void => fault('export', error);
  await deadline.wait(ready, report);
  const inTime = await Promise.all(work(deadline).map((step) => deadline.wait(step, report)));
  if (inTime.every(Boolean)) return;
  countSelf('instrument.faults', 'deadline');
  diag.warn(`Not everything could be delivered within ${timeoutMillis} ms; is the receiver reachable?`);
}

function fault(component: string, error: unknown): void {
  countSelf('instrument.faults', component);
  diag.error(`${component}: ${messageOf(error)}`);
}

function hasPush({ otlp, console }: OtelOptions): boolean {
  const isOnConsole = typeof console === 'object' ? console.metrics : console;
  return isOnConsole === true || (otlp !== undefined && otlp !== false);
}

function registerMeterProvider(provider: MeterProvider): void {
  if (metrics.setGlobalMeterProvider(provider)) return;
  diag.error(
    'Another meter provider is registered already, so libraries that use the OpenTelemetry API do not record into ' +
      '@org/instrument. Call init() before any other OpenTelemetry set-up, or remove the other one.',
  );
}

function enable(
  given: readonly (Instrumentation | Instrumentation[])[],
  provider: MeterProvider,
): Instrumentation[] {
  const instrumentations = given.flat();
  for (const instrumentation of instrumentations) {
    try {
      instrumentation.setTracerProvider(trace.getTracerProvider());
      instrumentation.setMeterProvider(provider);
      instrumentation.enable();
    } catch (error) {
      fault(instrumentation.instrumentationName, error);
    }
  }
  return instrumentations;
}
