import { fitsInt64 } from '../protobuf/bits.ts';
import type { ProtoWriter } from '../protobuf/proto-writer.ts';
import { BUCKETS, EXPONENTIAL_POINT, HISTOGRAM_POINT, NUMBER_POINT } from './fields.ts';

// Groups of fields that points of ours and of the SDK's share. Each function writes its fields, last first.

/** What an exponential histogram has beside its sum and extremes. */
export interface ExponentialFields {
  readonly count: number;
  readonly scale: number;
  readonly zeroCount: number;
  readonly positive: SignedBuckets;
  readonly negative: SignedBuckets;
}

interface SignedBuckets {
  readonly offset: number;
  readonly counts: readonly number[];
}

/** The value of a number point; of an instrument of integers, one beyond `int64` is a `double`. */
export function writeNumber(writer: ProtoWriter, value: number, integer: boolean): void {
  if (integer && fitsInt64(value)) writer.fixed64(NUMBER_POINT.asInt, value);
  else writer.double(NUMBER_POINT.asDouble, value);
}

/** An optional `double`. */
export function writeOptional(writer: ProtoWriter, field: number, value: number | undefined): void {
  if (value !== undefined) writer.double(field, value);
}

/** From `count` to `explicit_bounds`. */
export function writeHistogram(
  writer: ProtoWriter,
  count: number,
  sum: number | undefined,
  counts: readonly number[],
  boundaries: readonly number[],
): void {
  writer.doubles(HISTOGRAM_POINT.explicitBounds, boundaries);
  writer.fixed64s(HISTOGRAM_POINT.bucketCounts, counts);
  writeOptional(writer, HISTOGRAM_POINT.sum, sum);
  writer.fixed64(HISTOGRAM_POINT.count, count);
}

/** From `count` to `negative`. */
export function writeExponential(
  writer: ProtoWriter,
  value: ExponentialFields,
  sum: number | undefined,
): void {
  writeBuckets(writer, EXPONENTIAL_POINT.negative, value.negative);
  writeBuckets(writer, EXPONENTIAL_POINT.positive, value.positive);
  writer.fixed64(EXPONENTIAL_POINT.zeroCount, value.zeroCount);
  if (value.scale !== 0) writer.sint32(EXPONENTIAL_POINT.scale, value.scale);
  writeOptional(writer, EXPONENTIAL_POINT.sum, sum);
  writer.fixed64(EXPONENTIAL_POINT.count, value.count);
}

function writeBuckets(writer: ProtoWriter, field: number, { offset, counts }: SignedBuckets): void {
  const mark = writer.length;
  writer.varints(BUCKETS.bucketCounts, counts);
  if (offset !== 0) writer.sint32(BUCKETS.offset, offset);
  writer.message(field, mark);
}
