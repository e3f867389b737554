import type { Attributes, MeterProvider } from '@opentelemetry/api';
import type { IOtlpExportDelegate } from '@opentelemetry/otlp-exporter-base';
import type { IExporterMetricsHelper, ISerializer } from '@opentelemetry/otlp-transformer';
import { sdkOtlpExporter } from '#sdk';
import { takeExporterMetrics } from './exporter-metrics.ts';
import type { OtlpTarget } from './otlp.ts';
import type { SendProgress } from './otlp-http/transport.ts';
import type { OtlpTransport, OtlpTransportOptions } from './otlp-transport/transport.ts';
import { countRejections } from './partial-success.ts';

/** Exports of one exporter on their way; the SDK's default. */
const CONCURRENCY_LIMIT = 30;

/** What an exporter of one signal is made of. */
export interface OtlpDelegateOptions<Items, Response> extends OtlpTransportOptions {
  readonly target: OtlpTarget;
  readonly serializer: ISerializer<Items, Response>;
  /** Value of `otel.component.type` (semantic conventions, "OpenTelemetry SDK metrics"). */
  readonly componentType: string;
  readonly counter: IExporterMetricsHelper<Items>;
  /** Takes the exporter's metrics about itself. */
  readonly meters: MeterProvider;
  /** Told how far an export is. */
  readonly progress?: SendProgress | undefined;
}

/**
 * The SDK's own export, with its limit of concurrent exports and its metrics about itself, over a transport of ours.
 * Flushed, it does not wait before it tries again.
 *
 * @param attributesOf what the metrics say of an answer, or of an error; it outlives the exporter.
 */
export function createOtlpDelegate<Items, Response>(
  { target, serializer, componentType, counter, meters }: OtlpDelegateOptions<Items, Response>,
  transport: OtlpTransport,
  attributesOf: (error: unknown) => Attributes,
): IOtlpExportDelegate<Items> {
  const { createOtlpNetworkExportDelegate, ExporterMetrics } = sdkOtlpExporter();
  const { timeoutMillis, compression, protocol, url } = target;
  // The protocol says in which form items come.
  const { metrics, leave } = takeExporterMetrics(
    meters,
    `${componentType} ${protocol} ${url}`,
    () =>
      new ExporterMetrics<Items>({
        componentType,
        metricsHelper: counter,
        url,
        meterProvider: meters,
        responseAttributesFromError: attributesOf,
      }),
  );
  const shared = { timeoutMillis, compression, concurrencyLimit: CONCURRENCY_LIMIT };
  const delegate = createOtlpNetworkExportDelegate(
    shared,
    countRejections(serializer, target),
    metrics,
    transport,
  );
  const flush = delegate.forceFlush.bind(delegate);
  delegate.forceFlush = () => {
    transport.hurry();
    return flush();
  };
  const shutdown = delegate.shutdown.bind(delegate);
  delegate.shutdown = () => shutdown().finally(leave);
  return delegate;
}
