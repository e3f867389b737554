import type { MeterProvider as ApiMeterProvider } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import {
  ConsoleMetricExporter,
  type MetricProducer,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { type Collector, countSelf, type MeterProvider, parseDuration } from '@org/instrument-core';
import { describeExportFailures } from './export-failures.ts';
import { aggregationOf, createMetricProducer, metricDataOf, temporalityOf } from './metric-producer.ts';
import type { MetricsOptions, OtelOptions } from './options.ts';
import { type OtlpTarget, otlpTarget } from './otlp.ts';
import { lazyMetricData } from './otlp-metrics/lazy-metric-data.ts';

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
  const exporters: { exporter: PushMetricExporter; toMetricData: typeof metricDataOf }[] = [];
  const target = otlpTarget(options.otlp, 'metrics');
  if (target !== undefined) {
    const { exportTimeoutMillis } = timesOf(settings);
    // An export that the reader has given up must not hold up a later flush.
    const timeoutMillis = Math.min(target.timeoutMillis, exportTimeoutMillis);
    const exporter = await otlpExporter({ ...target, timeoutMillis }, options, provider);
    exporters.push({
      exporter: describeExportFailures(exporter, {
        destination: `OTLP receiver ${target.url}`,
        // The SDK's reader says it when an export takes too long, but does not report it as a fault.
        onTimeout: () => countSelf('instrument.faults', 'otel'),
        timeoutMillis: exportTimeoutMillis,
      }),
      // Our protobuf serializer reads series in place; everybody else wants points.
      toMetricData: target.protocol === 'http/json' ? metricDataOf : lazyMetricData,
    });
  }
  const isOnConsole = typeof options.console === 'object' ? options.console.metrics : options.console;
  if (isOnConsole === true) {
    exporters.push({ exporter: new ConsoleMetricExporter(), toMetricData: metricDataOf });
  }
  return exporters.map(({ exporter, toMetricData }) =>
    startReader(exporter, settings, provider, (collector) =>
      createMetricProducer(collector, resource, toMetricData),
    ),
  );
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
  provider: MeterProvider,
  createProducer: (collector: Collector) => MetricProducer,
): PushReader {
  const reader = new PeriodicExportingMetricReader({ exporter, ...timesOf(settings) });
  const collector = provider.addCollector({
    temporality: temporalityOf(reader),
    aggregation: aggregationOf(reader),
  });
  reader.setMetricProducer(createProducer(collector));
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
  const { AggregationTemporalityPreference, OTLPMetricExporter } = await import(
    '@opentelemetry/exporter-metrics-otlp-http'
  );
  const preference = typeof otlp === 'object' ? otlp.temporality : undefined;
  const preferences = {
    cumulative: AggregationTemporalityPreference.CUMULATIVE,
    delta: AggregationTemporalityPreference.DELTA,
    lowmemory: AggregationTemporalityPreference.LOWMEMORY,
  };
  const config = {
    ...target,
    // The enumeration's values are the words themselves.
    compression: target.compression as never,
    selfObsMeterProvider: meters,
    temporalityPreference: preferences[preference ?? 'cumulative'],
  };
  if (target.protocol === 'http/json') return new OTLPMetricExporter(config);
  const { createOtlpProtobufMetricExporter } = await import('./otlp-metrics/exporter.ts');
  return createOtlpProtobufMetricExporter(config);
}
