import type { MeterProvider as ApiMeterProvider } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import {
  ConsoleMetricExporter,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { countSelf, type MeterProvider, parseDuration } from '@org/instrument-core';
import { describeExportFailures } from './export-failures.ts';
import { aggregationOf, createMetricProducer, temporalityOf } from './metric-producer.ts';
import type { MetricsOptions, OtelOptions } from './options.ts';
import { type OtlpTarget, otlpTarget } from './otlp.ts';

/** Specification defaults of `OTEL_METRIC_EXPORT_INTERVAL` and `OTEL_METRIC_EXPORT_TIMEOUT`. */
const DEFAULT_INTERVAL_MILLIS = 60_000;
const DEFAULT_TIMEOUT_MILLIS = 30_000;

/** A reader that pushes. */
export interface PushReader {
  flush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** Starts a periodic reader for each push exporter that the options ask for. */
export async function startPushReaders(
  options: OtelOptions,
  resource: Resource,
  provider: MeterProvider,
): Promise<PushReader[]> {
  if (options.metrics === false) return [];
  const settings = typeof options.metrics === 'object' ? options.metrics : {};
  const exporters: PushMetricExporter[] = [];
  const target = otlpTarget(options.otlp, 'metrics');
  if (target !== undefined) {
    const { exportTimeoutMillis } = timesOf(settings);
    // An export that the reader has given up must not hold up a later flush.
    const timeoutMillis = Math.min(target.timeoutMillis, exportTimeoutMillis);
    const exporter = await otlpExporter({ ...target, timeoutMillis }, options, provider);
    exporters.push(
      describeExportFailures(exporter, {
        destination: `OTLP receiver ${target.url}`,
        // The SDK's reader says it when an export takes too long, but does not report it as a fault.
        onTimeout: () => countSelf('instrument.faults', 'otel'),
        timeoutMillis: exportTimeoutMillis,
      }),
    );
  }
  const isOnConsole = typeof options.console === 'object' ? options.console.metrics : options.console;
  if (isOnConsole === true) exporters.push(new ConsoleMetricExporter());
  return exporters.map((exporter) => startReader(exporter, settings, resource, provider));
}

function timesOf({ interval, timeout }: MetricsOptions): {
  exportIntervalMillis: number;
  exportTimeoutMillis: number;
} {
  const exportIntervalMillis = parseDuration(interval) ?? DEFAULT_INTERVAL_MILLIS;
  const timeoutMillis = parseDuration(timeout) ?? DEFAULT_TIMEOUT_MILLIS;
  return { exportIntervalMillis, exportTimeoutMillis: Math.min(timeoutMillis, exportIntervalMillis) };
}

function startReader(
  exporter: PushMetricExporter,
  settings: MetricsOptions,
  resource: Resource,
  provider: MeterProvider,
): PushReader {
  const reader = new PeriodicExportingMetricReader({ exporter, ...timesOf(settings) });
  const collector = provider.addCollector({
    temporality: temporalityOf(reader),
    aggregation: aggregationOf(reader),
  });
  reader.setMetricProducer(createMetricProducer(collector, resource));
  return {
    flush: () => reader.forceFlush(),
    shutdown: async () => {
      try {
        await reader.shutdown();
      } finally {
        collector.close();
      }
    },
  };
}

async function otlpExporter(
  target: OtlpTarget,
  { otlp }: OtelOptions,
  meters: ApiMeterProvider,
): Promise<PushMetricExporter> {
  const { AggregationTemporalityPreference } = await import('@opentelemetry/exporter-metrics-otlp-http');
  const { OTLPMetricExporter } =
    target.protocol === 'http/json'
      ? await import('@opentelemetry/exporter-metrics-otlp-http')
      : await import('@opentelemetry/exporter-metrics-otlp-proto');
  const preference = typeof otlp === 'object' ? otlp.temporality : undefined;
  const preferences = {
    cumulative: AggregationTemporalityPreference.CUMULATIVE,
    delta: AggregationTemporalityPreference.DELTA,
    lowmemory: AggregationTemporalityPreference.LOWMEMORY,
  };
  // The enumeration's values are the words themselves.
  const compression = target.compression as never;
  return new OTLPMetricExporter({
    ...target,
    compression,
    selfObsMeterProvider: meters,
    temporalityPreference: preferences[preference ?? 'cumulative'],
  });
}
