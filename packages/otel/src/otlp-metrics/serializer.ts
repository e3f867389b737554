import {
  type IExportMetricsServiceResponse,
  type ISerializer,
  ProtobufMetricsSerializer,
} from '@opentelemetry/otlp-transformer';
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics';
import type { CollectedMetric } from '@org/instrument-core';
import { writeResource, writeScope, writeText } from '../protobuf/origin.ts';
import { ProtoWriter } from '../protobuf/proto-writer.ts';
import { AttributeSlab } from './attribute-slab.ts';
import { attributesField, writeCollectedPoints } from './collected-points.ts';
import { DATA, EXPORT_REQUEST, METRIC, RESOURCE_METRICS, SCOPE_METRICS } from './fields.ts';
import { sourceOf } from './lazy-metric-data.ts';
import { writeSdkPoints } from './sdk-points.ts';

/** Bytes that the first request has room for. */
const FIRST_CAPACITY = 16 * 1024;
/** A request is given room for an eighth more than the last one took, so that it rarely has to grow. */
const HEADROOM = 1.125;

/** A serializer for the SDK's OTLP exporters. */
export type MetricsSerializer = ISerializer<ResourceMetrics, IExportMetricsServiceResponse>;

/**
 * Writes metrics as an OTLP `ExportMetricsServiceRequest`, byte for byte as otlp-transformer does, plus exemplars; what
 * otlp-transformer lets wrap, integers beyond `int64`, are doubles.
 * Metrics of ours ({@link lazyMetricData}) are read in place; those of anybody else from their `dataPoints`. Keeps the
 * encoded attributes of every series, about 50 bytes each, for as long as the metric lives.
 */
export function createMetricsSerializer(): MetricsSerializer {
  const slabs = new WeakMap<object, AttributeSlab>();
  let capacity = FIRST_CAPACITY;
  const slabOf = (metric: CollectedMetric): AttributeSlab => {
    let slab = slabs.get(metric.identity);
    if (slab === undefined) {
      slab = new AttributeSlab(attributesField(metric));
      slabs.set(metric.identity, slab);
    }
    return slab;
  };
  return {
    serializeRequest(resourceMetrics) {
      // A buffer of its own: the transport keeps what it was given until it has got through, retries included.
      const writer = new ProtoWriter(capacity);
      writeResourceMetrics(writer, resourceMetrics, slabOf);
      capacity = Math.ceil(writer.length * HEADROOM);
      return writer.written;
    },
    deserializeResponse: (data) => ProtobufMetricsSerializer.deserializeResponse(data),
  };
}

type SlabOf = (metric: CollectedMetric) => AttributeSlab;

function writeResourceMetrics(
  writer: ProtoWriter,
  { resource, scopeMetrics }: ResourceMetrics,
  slabOf: SlabOf,
): void {
  const mark = writer.length;
  writeText(writer, RESOURCE_METRICS.schemaUrl, resource.schemaUrl);
  for (let i = scopeMetrics.length - 1; i >= 0; i--) {
    writeScopeMetrics(writer, scopeMetrics[i] as ScopeMetrics, slabOf);
  }
  writeResource(writer, RESOURCE_METRICS.resource, resource);
  writer.message(EXPORT_REQUEST.resourceMetrics, mark);
}

function writeScopeMetrics(writer: ProtoWriter, { scope, metrics }: ScopeMetrics, slabOf: SlabOf): void {
  const mark = writer.length;
  writeText(writer, SCOPE_METRICS.schemaUrl, scope.schemaUrl);
  for (let i = metrics.length - 1; i >= 0; i--) writeMetric(writer, metrics[i] as MetricData, slabOf);
  writeScope(writer, SCOPE_METRICS.scope, scope);
  writer.message(RESOURCE_METRICS.scopeMetrics, mark);
}

function writeMetric(writer: ProtoWriter, data: MetricData, slabOf: SlabOf): void {
  const mark = writer.length;
  writeData(writer, data, slabOf);
  const { name, description, unit } = data.descriptor;
  writeText(writer, METRIC.unit, unit);
  writeText(writer, METRIC.description, description);
  writer.string(METRIC.name, name);
  writer.message(SCOPE_METRICS.metrics, mark);
}

function writeData(writer: ProtoWriter, data: MetricData, slabOf: SlabOf): void {
  const field = DATA_FIELDS[data.dataPointType];
  if (field === undefined) return;
  const mark = writer.length;
  if (data.dataPointType === DataPointType.SUM && data.isMonotonic) writer.varint(DATA.isMonotonic, 1);
  if (data.dataPointType !== DataPointType.GAUGE) writeTemporality(writer, data.aggregationTemporality);
  const source = sourceOf(data);
  if (source === undefined) writeSdkPoints(writer, data);
  else writeCollectedPoints(writer, source.metric, source.endTime, slabOf(source.metric));
  writer.message(field, mark);
}

const DATA_FIELDS: Partial<Record<DataPointType, number>> = {
  [DataPointType.GAUGE]: METRIC.gauge,
  [DataPointType.SUM]: METRIC.sum,
  [DataPointType.HISTOGRAM]: METRIC.histogram,
  [DataPointType.EXPONENTIAL_HISTOGRAM]: METRIC.exponentialHistogram,
};

function writeTemporality(writer: ProtoWriter, temporality: AggregationTemporality): void {
  // AGGREGATION_TEMPORALITY_DELTA and AGGREGATION_TEMPORALITY_CUMULATIVE
  writer.varint(DATA.aggregationTemporality, temporality === AggregationTemporality.DELTA ? 1 : 2);
}
