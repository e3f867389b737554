import type { ExportResult } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { MetricData, PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { CollectedMetric, Collector } from '@org/instrument-core';
import { sdkOtlpTransformer } from '#sdk';
import { metricDataOf, resourceMetricsOf } from '../metric-producer.ts';
import type { OtlpTarget } from '../otlp.ts';
import { createJsonMetricsSerializer } from '../otlp-json/serializers.ts';
import { type FinalRequest, finalRequest } from './final-request.ts';

/** The SDK's `ExportResultCode`, by value. */
const SUCCESS = 0;
/** Observations whose delivery ended less than this ago are not worth another one of their own. */
const FRESH_MILLIS = 1_000;

/** The last export of a reader. */
export interface LastExport {
  /** When it was answered; `undefined` while it is on its way. */
  endedAt: number | undefined;
  isDelivered: boolean;
}

/** Keeps an eye on an exporter: what became of its last export. Returns the same exporter. */
export function followExports(exporter: PushMetricExporter): () => LastExport | undefined {
  const send = exporter.export.bind(exporter);
  let last: LastExport | undefined;
  exporter.export = (metrics: ResourceMetrics, done: (result: ExportResult) => void) => {
    const started: LastExport = { endedAt: undefined, isDelivered: false };
    last = started;
    send(metrics, (result) => {
      started.endedAt = performance.now();
      started.isDelivered = result.code === SUCCESS;
      done(result);
    });
  };
  return () => last;
}

/** Makes a serialised message of a collection. */
export interface MetricsForm {
  readonly toMetricData: (
    metric: CollectedMetric,
    endTime: MetricData['dataPoints'][0]['endTime'],
  ) => MetricData;
  readonly serialize: (metrics: ResourceMetrics) => Uint8Array | undefined;
}

/** The request that delivers what a collector has not delivered yet. */
export function lastInterval(
  target: OtlpTarget,
  resource: Resource,
  collector: Collector,
  form: MetricsForm = sdkForm(target),
  lastExport?: LastExport,
): FinalRequest[] {
  if (lastExport !== undefined && isUpToDate(lastExport, collector)) return [];
  const metrics = resourceMetricsOf(collector.collectNow(), resource, form.toMetricData);
  if (metrics.scopeMetrics.length === 0) return [];
  const body = form.serialize(metrics);
  return body === undefined ? [] : [finalRequest(target, body)];
}

/** The exports count themselves, and so are always behind: that is no news. */
function isUpToDate({ isDelivered, endedAt = 0 }: LastExport, collector: Collector): boolean {
  if (!isDelivered || performance.now() - endedAt > FRESH_MILLIS) return false;
  return !collector.hasNews(({ name }) => !name.startsWith('otel.sdk.'));
}

/** As the SDK does it: ours may not be loaded yet. */
function sdkForm({ protocol }: OtlpTarget): MetricsForm {
  const { ProtobufMetricsSerializer } = sdkOtlpTransformer();
  const serializer = protocol === 'http/json' ? createJsonMetricsSerializer() : ProtobufMetricsSerializer;
  return { toMetricData: metricDataOf, serialize: (metrics) => serializer.serializeRequest(metrics) };
}
