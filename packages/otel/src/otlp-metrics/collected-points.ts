import type { HrTime } from '@opentelemetry/api';
import { type CollectedMetric, EXPONENTIAL_EXEMPLARS, type Exemplar } from '@org/instrument-core';
import { hasSum, startBefore } from '../metric-producer.ts';
import { fitsInt64 } from '../protobuf/bits.ts';
import type { ProtoWriter } from '../protobuf/proto-writer.ts';
import type { AttributeSlab } from './attribute-slab.ts';
import { DATA, EXEMPLAR, EXPONENTIAL_POINT, HISTOGRAM_POINT, NUMBER_POINT, TIMES } from './fields.ts';
import { writeExponential, writeHistogram, writeNumber, writeOptional } from './point-fields.ts';

/** W3C Trace Context, "trace-id" and "parent-id". */
const TRACE_ID_DIGITS = 32;
const SPAN_ID_DIGITS = 16;

/** Writes the points of a metric of ours, series by series, with attributes that were encoded once. */
export function writeCollectedPoints(
  writer: ProtoWriter,
  metric: CollectedMetric,
  endTime: HrTime,
  slab: AttributeSlab,
): void {
  switch (metric.kind) {
    case 'histogram':
      writeHistogramPoints(writer, metric, endTime, slab);
      break;
    case 'exponential_histogram':
      writeExponentialPoints(writer, metric, endTime, slab);
      break;
    default:
      writeNumberPoints(writer, metric, endTime, slab);
  }
}

/** Number of the field `attributes` in the points of a metric. */
export function attributesField({ kind }: CollectedMetric): number {
  if (kind === 'histogram') return HISTOGRAM_POINT.attributes;
  return kind === 'exponential_histogram' ? EXPONENTIAL_POINT.attributes : NUMBER_POINT.attributes;
}

function writeNumberPoints(
  writer: ProtoWriter,
  metric: CollectedMetric,
  endTime: HrTime,
  slab: AttributeSlab,
): void {
  const { integer } = metric.descriptor;
  for (let series = metric.size - 1; series >= 0; series--) {
    if (!metric.has(series)) continue;
    const mark = writer.length;
    slab.write(writer, metric, series);
    writeExemplar(writer, NUMBER_POINT.exemplars, metric.exemplar(series, 0), integer);
    writeNumber(writer, metric.value(series), integer);
    writeTimes(writer, metric.startMillis(series), endTime);
    writer.message(DATA.dataPoints, mark);
  }
}

function writeHistogramPoints(
  writer: ProtoWriter,
  metric: CollectedMetric,
  endTime: HrTime,
  slab: AttributeSlab,
): void {
  const withSum = hasSum(metric);
  const { boundaries } = metric;
  const { integer } = metric.descriptor;
  // One for all series, so that none needs an array of its own.
  const counts: number[] = new Array(boundaries.length + 1).fill(0);
  for (let series = metric.size - 1; series >= 0; series--) {
    if (!metric.has(series)) continue;
    const mark = writer.length;
    writeOptional(writer, HISTOGRAM_POINT.max, metric.max(series));
    writeOptional(writer, HISTOGRAM_POINT.min, metric.min(series));
    slab.write(writer, metric, series);
    for (let bucket = boundaries.length; bucket >= 0; bucket--) {
      const count = metric.bucket(series, bucket);
      counts[bucket] = count;
      if (count !== 0) {
        writeExemplar(writer, HISTOGRAM_POINT.exemplars, metric.exemplar(series, bucket), integer);
      }
    }
    writeHistogram(
      writer,
      metric.count(series),
      withSum ? metric.value(series) : undefined,
      counts,
      boundaries,
    );
    writeTimes(writer, metric.startMillis(series), endTime);
    writer.message(DATA.dataPoints, mark);
  }
}

function writeExponentialPoints(
  writer: ProtoWriter,
  metric: CollectedMetric,
  endTime: HrTime,
  slab: AttributeSlab,
): void {
  const withSum = hasSum(metric);
  for (let series = metric.size - 1; series >= 0; series--) {
    if (!metric.has(series)) continue;
    const value = metric.exponential(series);
    const mark = writer.length;
    writeOptional(writer, EXPONENTIAL_POINT.max, value.max);
    writeOptional(writer, EXPONENTIAL_POINT.min, value.min);
    for (let i = 0; i < EXPONENTIAL_EXEMPLARS; i++) {
      writeExemplar(
        writer,
        EXPONENTIAL_POINT.exemplars,
        metric.exemplar(series, i),
        metric.descriptor.integer,
      );
    }
    writeExponential(writer, value, withSum ? value.sum : undefined);
    writeTimes(writer, metric.startMillis(series), endTime);
    slab.write(writer, metric, series);
    writer.message(DATA.dataPoints, mark);
  }
}

function writeTimes(writer: ProtoWriter, startMillis: number, endTime: HrTime): void {
  writer.nanos(TIMES.time, endTime[0], endTime[1]);
  writer.millis(TIMES.start, startBefore(endTime, startMillis));
}

/**
 * The SDK's data points have no field for exemplars; OTLP has. One with ids of another length, as of a tracer that is not
 * OpenTelemetry's, is left out: receivers refuse a whole request for it.
 */
function writeExemplar(
  writer: ProtoWriter,
  field: number,
  exemplar: Exemplar | undefined,
  integer: boolean,
): void {
  if (exemplar?.traceId?.length !== TRACE_ID_DIGITS || exemplar.spanId?.length !== SPAN_ID_DIGITS) return;
  const mark = writer.length;
  const isInt = integer && fitsInt64(exemplar.value);
  if (isInt) writer.fixed64(EXEMPLAR.asInt, exemplar.value);
  writer.hex(EXEMPLAR.traceId, exemplar.traceId);
  writer.hex(EXEMPLAR.spanId, exemplar.spanId);
  if (!isInt) writer.double(EXEMPLAR.asDouble, exemplar.value);
  writer.millis(EXEMPLAR.time, exemplar.timestampMillis);
  writer.message(field, mark);
}
