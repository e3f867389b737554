import type { MeterProvider } from '@opentelemetry/api';
import type { ExporterMetrics } from '@opentelemetry/otlp-exporter-base';

/** Metrics of exporters that are gone, by what they depend on. */
const left = new WeakMap<MeterProvider, Map<string, ExporterMetrics<never>[]>>();

/** The metrics of an exporter about itself, while it has them. */
export interface TakenMetrics<Items> {
  readonly metrics: ExporterMetrics<Items>;
  /** The exporter is gone. */
  leave(): void;
}

/**
 * Takes the metrics of an exporter that is gone, or makes some. The SDK numbers what it makes (`otel.component.name`) through the whole
 * process: an exporter that is started again and again would add series each time that stay for good.
 *
 * @param kind all that they depend on.
 */
export function takeExporterMetrics<Items>(
  meters: MeterProvider,
  kind: string,
  make: () => ExporterMetrics<Items>,
): TakenMetrics<Items> {
  const byKind = left.get(meters) ?? new Map<string, ExporterMetrics<never>[]>();
  left.set(meters, byKind);
  const free = byKind.get(kind) ?? [];
  byKind.set(kind, free);
  // The kind says what is counted.
  const metrics = (free.shift() as ExporterMetrics<Items> | undefined) ?? make();
  let isTaken = true;
  return {
    metrics,
    leave() {
      if (isTaken) free.push(metrics as ExporterMetrics<never>);
      isTaken = false;
    },
  };
}
