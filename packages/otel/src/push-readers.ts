import type { Resource } from '@opentelemetry/resources';
import {
  ConsoleMetricExporter,
  type MetricData,
  type PushMetricExporter,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { type CollectedMetric, type Duration, type MeterProvider, parseDuration } from '@org/instrument-core';
import { DEFAULT_SHUTDOWN_TIMEOUT_MILLIS } from './deadline.ts';
import { fault } from './diagnostics.ts';
import type { FinalRequest } from './exit-delivery/final-request.ts';
import { followExports, lastInterval, type MetricsForm } from './exit-delivery/last-interval.ts';
import { describeExportFailures } from './export-failures.ts';
import { collectorOptionsOf, metricDataOf, resourceMetricsOf } from './metric-producer.ts';
import type { MetricsOptions, OtelOptions } from './options.ts';
import { type OtlpTarget, otlpTarget } from './otlp.ts';
import type { OtlpDelegateOptions } from './otlp-delegate.ts';
import { otlpFailure } from './otlp-failures.ts';
import type { SendProgress } from './otlp-http/transport.ts';
import { lazyMetricData, sourceOf } from './otlp-metrics/lazy-metric-data.ts';
import { preferencesOf } from './otlp-metrics/preferences.ts';
import { PeriodicReader, type PeriodicReaderOptions } from './periodic-reader.ts';
import { Receiver } from './receiver.ts';

/** Specification defaults of `OTEL_METRIC_EXPORT_INTERVAL` and `OTEL_METRIC_EXPORT_TIMEOUT`. */
const DEFAULT_INTERVAL_MILLIS = 60_000;
const DEFAULT_TIMEOUT_MILLIS = 30_000;

/** A reader that pushes. */
export interface PushReader {
  flush(): Promise<void>;
  shutdown(): Promise<void>;
  /**
   * For when the process ends at once: takes out what is not known to be delivered over OTLP; what goes elsewhere is sent
   * right then, where the exporter can.
   */
  takeLast(): FinalRequest[];
  /** Why metrics are not delivered, as far as the receiver has shown it. */
  whyLate(): string | undefined;
}

/** An exporter of another room. */
export interface ExtraExporter {
  /** Where it sends: a reader goes on from one before that sent there. */
  readonly receiver: string;
  readonly exporter: PushMetricExporter & {
    /** Sends before it returns, as well as that can be done: the process is about to end. */
    exportNow?(metrics: ResourceMetrics): void;
    /** Why not everything has been handed over, as far as that is known. */
    whyLate?(): string | undefined;
  };
  /** Time between two pushes, where `metrics.interval` is not said. */
  readonly defaultInterval: Duration;
  /** Time between two pushes, whatever else is said. */
  readonly interval?: Duration | undefined;
}

/**
 * Loads exporters of other rooms. They are given what shows the metric of ours behind one in the SDK's form, so that they
 * can read its series in place, right when it is exported.
 */
export type LoadExporters = (
  collectedOf: (data: MetricData) => CollectedMetric | undefined,
) => Promise<readonly ExtraExporter[]>;

/**
 * Starts a periodic reader for each push exporter that the options ask for, and for those of other rooms. Once `stop` is
 * aborted, nothing is sent to an OTLP receiver any more, and no reader collects.
 */
export async function startPushReaders(
  options: OtelOptions,
  resource: Resource,
  provider: MeterProvider,
  stop: AbortSignal,
  loadExporters?: LoadExporters,
): Promise<PushReader[]> {
  if (options.metrics === false) return [];
  const settings = typeof options.metrics === 'object' ? options.metrics : {};
  const exporters: {
    /** Where it sends. */
    receiver: string;
    exporter: ExtraExporter['exporter'];
    toMetricData: typeof metricDataOf;
    interval?: Duration | undefined;
    otlp?: Receiver;
    lastTo?: { target: OtlpTarget; form: MetricsForm | undefined; isWritten: () => boolean };
  }[] = [];
  const target = otlpTarget(options.otlp, 'metrics');
  if (target !== undefined) {
    // An export that the reader has given up must not hold up a later flush.
    const timeoutMillis = Math.min(target.timeoutMillis, timesOf(settings).timeoutMillis);
    // gRPC does not say how far a push is, and a delta that arrives twice is worse than one that is lost.
    const progress: SendProgress = { isWritten: target.protocol === 'grpc' };
    const otlp = new Receiver(otlpFailure(target));
    const exporter = await otlpExporter({ ...target, timeoutMillis }, options, provider, stop, {
      progress,
      onFault: (error) => void otlp.attemptFailed(error),
    });
    exporters.push({
      receiver: target.url,
      exporter: describeExportFailures(exporter, otlp),
      otlp,
      // Our protobuf serializer reads series in place; everybody else wants points.
      toMetricData: target.protocol === 'http/json' ? metricDataOf : lazyMetricData,
      lastTo: { target, form: await lastForm(target), isWritten: () => progress.isWritten },
    });
  }
  const isOnConsole = typeof options.console === 'object' ? options.console.metrics : options.console;
  if (isOnConsole === true) {
    exporters.push({
      receiver: 'console',
      exporter: new ConsoleMetricExporter(),
      toMetricData: metricDataOf,
    });
  }
  const extra = loadExporters?.((data) => sourceOf(data)?.metric).catch((error: unknown) => {
    fault('exporters', error);
    return [];
  });
  for (const { receiver, exporter, interval, defaultInterval } of (await extra) ?? []) {
    exporters.push({
      receiver,
      exporter,
      toMetricData: lazyMetricData,
      interval: interval ?? settings.interval ?? defaultInterval,
    });
  }
  return exporters.map(({ receiver, exporter, toMetricData, interval, otlp, lastTo }) => {
    const lastExport = followExports(exporter);
    const collector = provider.addCollector({
      name: receiver,
      ...collectorOptionsOf(exporter),
    });
    const reader = new PeriodicReader({
      exporter,
      collector,
      toMetrics: (collection) => resourceMetricsOf(collection, resource, toMetricData),
      ...timesOf(interval === undefined ? settings : { ...settings, interval }),
      flushMillis: parseDuration(options.shutdownTimeout) ?? DEFAULT_SHUTDOWN_TIMEOUT_MILLIS,
      stop,
    });
    let isShutDown = false;
    return {
      flush: () => reader.flush(),
      shutdown: () =>
        reader.shutdown().finally(() => {
          isShutDown = true;
        }),
      whyLate() {
        if (otlp !== undefined) return otlp.whyLate();
        const why = exporter.whyLate?.();
        if (why !== undefined) return why;
        return lastExport()?.isDelivered === false ? `${receiver} has not taken everything` : undefined;
      },
      takeLast() {
        if (isShutDown) return [];
        if (lastTo === undefined) {
          exporter.exportNow?.(resourceMetricsOf(collector.collectNow(), resource, toMetricData));
          return [];
        }
        // What the operating system has will arrive; only the answer will not be read.
        if (!lastTo.isWritten()) reader.takeBack();
        return lastInterval(lastTo.target, resource, collector, lastTo.form, lastExport());
      },
    };
  });
}

function timesOf({
  interval,
  timeout,
}: MetricsOptions): Pick<PeriodicReaderOptions, 'intervalMillis' | 'timeoutMillis'> {
  const intervalMillis = parseDuration(interval) ?? DEFAULT_INTERVAL_MILLIS;
  const timeoutMillis = parseDuration(timeout) ?? DEFAULT_TIMEOUT_MILLIS;
  return { intervalMillis, timeoutMillis: Math.min(timeoutMillis, intervalMillis) };
}

/** As the exporter writes it, or the SDK's. */
async function lastForm({ protocol }: OtlpTarget): Promise<MetricsForm | undefined> {
  if (protocol === 'http/json') return undefined;
  const { createMetricsSerializer } = await import('./otlp-metrics/serializer.ts');
  return { toMetricData: lazyMetricData, serialize: createMetricsSerializer().serializeRequest };
}

async function otlpExporter(
  target: OtlpTarget,
  options: OtelOptions,
  meters: MeterProvider,
  stop: AbortSignal,
  watch: Pick<OtlpDelegateOptions<never, never>, 'progress' | 'onFault'>,
): Promise<PushMetricExporter> {
  const { createOtlpMetricExporter } = await import('./otlp-metrics/exporter.ts');
  return createOtlpMetricExporter(target, preferencesOf(options), meters, stop, watch);
}
