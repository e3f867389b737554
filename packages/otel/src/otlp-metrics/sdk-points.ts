import { type HrTime, ValueType } from '@opentelemetry/api';
import {
  type DataPoint,
  DataPointType,
  type ExponentialHistogram,
  type Histogram,
  type MetricData,
} from '@opentelemetry/sdk-metrics';
import { writeAttributes } from '../protobuf/attributes.ts';
import type { ProtoWriter } from '../protobuf/proto-writer.ts';
import { DATA, EXPONENTIAL_POINT, HISTOGRAM_POINT, NUMBER_POINT, TIMES } from './fields.ts';
import { writeExponential, writeHistogram, writeNumber, writeOptional } from './point-fields.ts';

/** Writes the points of a metric in the SDK's form, whoever made it. */
export function writeSdkPoints(writer: ProtoWriter, data: MetricData): void {
  switch (data.dataPointType) {
    case DataPointType.HISTOGRAM:
      writePoints(writer, data.dataPoints, writeHistogramPoint);
      break;
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      writePoints(writer, data.dataPoints, writeExponentialPoint);
      break;
    default: {
      const integer = data.descriptor.valueType === ValueType.INT;
      writePoints(writer, data.dataPoints, (to, point) => writeNumberPoint(to, point, integer));
    }
  }
}

function writePoints<T>(
  writer: ProtoWriter,
  points: readonly DataPoint<T>[],
  write: (writer: ProtoWriter, point: DataPoint<T>) => void,
): void {
  for (let i = points.length - 1; i >= 0; i--) {
    const mark = writer.length;
    write(writer, points[i] as DataPoint<T>);
    writer.message(DATA.dataPoints, mark);
  }
}

function writeNumberPoint(writer: ProtoWriter, point: DataPoint<number>, integer: boolean): void {
  writeAttributes(writer, NUMBER_POINT.attributes, point.attributes);
  writeNumber(writer, point.value, integer);
  writeTimes(writer, point);
}

function writeHistogramPoint(writer: ProtoWriter, point: DataPoint<Histogram>): void {
  const { count, sum, min, max, buckets } = point.value;
  writeOptional(writer, HISTOGRAM_POINT.max, max);
  writeOptional(writer, HISTOGRAM_POINT.min, min);
  writeAttributes(writer, HISTOGRAM_POINT.attributes, point.attributes);
  writeHistogram(writer, count, sum, buckets.counts, buckets.boundaries);
  writeTimes(writer, point);
}

function writeExponentialPoint(writer: ProtoWriter, point: DataPoint<ExponentialHistogram>): void {
  const { count, sum, min, max, scale, zeroCount, positive, negative } = point.value;
  writeOptional(writer, EXPONENTIAL_POINT.max, max);
  writeOptional(writer, EXPONENTIAL_POINT.min, min);
  const fields = {
    count,
    scale,
    zeroCount,
    positive: { offset: positive.offset, counts: positive.bucketCounts },
    negative: { offset: negative.offset, counts: negative.bucketCounts },
  };
  writeExponential(writer, fields, sum);
  writeTimes(writer, point);
  writeAttributes(writer, EXPONENTIAL_POINT.attributes, point.attributes);
}

function writeTimes(
  writer: ProtoWriter,
  { startTime, endTime }: { readonly startTime: HrTime; readonly endTime: HrTime },
): void {
  writer.nanos(TIMES.time, endTime[0], endTime[1]);
  writer.nanos(TIMES.start, startTime[0], startTime[1]);
}
