import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type {
  Collection,
  ExponentialHistogramValue,
  HistogramValue,
  InstrumentType,
  MetricKind,
  MetricPoint,
} from '@org/instrument-core';
import fc from 'fast-check';
import { pointsMetric } from './points-metric.ts';

/** Any number at all, and often one where an encoding might go wrong. */
const anyNumber = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(
    ...[7, 14, 21, 28, 31, 32, 35, 42, 49, 52, 53, 62, 63, 64, 80].flatMap((bits) =>
      [-1, 0, 1].flatMap((more) => [2 ** bits + more, -(2 ** bits) - more]),
    ),
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    0,
    -0,
    0.5,
    -1.5,
    5e-324,
  ),
);
/** What an instrument of integers has; what `int64` does not hold is written otherwise than by the SDK. */
const int64 = anyNumber.filter((value) => value >= -(2 ** 63) && value < 2 ** 63);
const count = fc.oneof(fc.nat({ max: 300 }), fc.maxSafeInteger().map(Math.abs));
const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('', 'é', '漢字', '🙂', '\ud800', '__proto__', '7', 'x'.repeat(200)),
);
const attributeValue: fc.Arbitrary<unknown> = fc.oneof(
  text,
  anyNumber,
  fc.boolean(),
  fc.array(fc.oneof(text, fc.constant(null)), { maxLength: 3 }),
  fc.array(anyNumber, { maxLength: 3 }),
  fc.array(fc.boolean(), { maxLength: 3 }),
);
/** What the API does not allow, but the SDK's serializer writes. */
const strangeValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(undefined, null, 3n, Symbol.iterator),
  fc.uint8Array({ maxLength: 4 }),
  fc.dictionary(text, attributeValue, { maxKeys: 2 }),
);

function attributesOf(value: fc.Arbitrary<unknown>): fc.Arbitrary<Attributes> {
  return fc
    .array(fc.tuple(text, value), { maxLength: 4 })
    .map((entries) => Object.fromEntries(entries) as Attributes);
}
const attributes = attributesOf(attributeValue);
const anyAttributes = attributesOf(fc.oneof({ weight: 5, arbitrary: attributeValue }, strangeValue));
const millis = fc.oneof(fc.integer({ min: 0, max: 4e12 }), fc.double({ min: 0, max: 4e12, noNaN: true }));
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

function histogram(boundaries: number[]): fc.Arbitrary<HistogramValue> {
  return fc.record({
    count,
    sum: anyNumber,
    min: optional(anyNumber),
    max: optional(anyNumber),
    boundaries: fc.constant(boundaries),
    counts: fc.array(count, { minLength: boundaries.length + 1, maxLength: boundaries.length + 1 }),
  });
}
const buckets = fc.record({ offset: fc.integer(), counts: fc.array(count, { maxLength: 12 }) });
const exponential = fc.record<ExponentialHistogramValue>({
  count,
  sum: anyNumber,
  min: optional(anyNumber),
  max: optional(anyNumber),
  zeroCount: count,
  scale: fc.integer({ min: -10, max: 20 }),
  positive: buckets,
  negative: buckets,
});
function seriesValue(
  kind: MetricKind,
  integer: boolean,
  boundaries: number[],
): fc.Arbitrary<MetricPoint['value']> {
  if (kind === 'histogram') return histogram(boundaries);
  if (kind === 'exponential_histogram') return exponential;
  return integer ? int64 : anyNumber;
}

const head = fc.record({
  descriptor: fc.record({
    name: text,
    description: text,
    unit: fc.constantFrom('', 's', '{µ}'),
    type: fc.constantFrom<InstrumentType[]>(
      'COUNTER',
      'UP_DOWN_COUNTER',
      'HISTOGRAM',
      'GAUGE',
      'OBSERVABLE_UP_DOWN_COUNTER',
    ),
    integer: fc.boolean(),
  }),
  kind: fc.constantFrom<MetricKind[]>('sum', 'gauge', 'histogram', 'exponential_histogram'),
  monotonic: fc.boolean(),
  temporality: fc.constantFrom('cumulative' as const, 'delta' as const),
});
const scope = fc.record({ name: text, version: text, schemaUrl: fc.option(text, { nil: undefined }) });

/** Series of one metric in two collections: a number keeps its attributes, values change, and more series come. */
const metricTwice = fc.tuple(head, fc.array(anyNumber, { maxLength: 5 })).chain(([one, boundaries]) => {
  const itsValue = seriesValue(one.kind, one.descriptor.integer, boundaries);
  const value = optional(fc.record({ startMillis: millis, value: itsValue }));
  return fc.array(fc.record({ attributes, first: value, second: value }), { maxLength: 6 }).chain((series) =>
    fc.record({
      one: fc.constant(one),
      series: fc.constant(series),
      begin: fc.nat({ max: series.length }),
    }),
  );
});

/** Two collections of the same metrics, one after the other. */
export const twoCollections: fc.Arbitrary<readonly [Collection, Collection]> = fc
  .record({
    scopes: fc.array(fc.record({ scope, metrics: fc.array(metricTwice, { maxLength: 3 }) }), {
      maxLength: 3,
    }),
    millis,
  })
  .map(({ scopes, millis: timeMillis }) => {
    const identities = new Map<object, object>();
    const collectionOf = (round: 'first' | 'second'): Collection => ({
      timeMillis,
      errors: [],
      scopes: scopes.map(({ scope: its, metrics }) => ({
        scope: its,
        metrics: metrics.map(({ one, series, begin }) => {
          const identity = identities.get(one) ?? { of: one.descriptor.name };
          identities.set(one, identity);
          return pointsMetric(
            { ...one, identity },
            series
              .slice(0, round === 'first' ? begin : series.length)
              .map((its) => its[round] && { attributes: its.attributes, ...its[round] }),
          );
        }),
      })),
    });
    return [collectionOf('first'), collectionOf('second')] as const;
  });

const hrTime: fc.Arbitrary<HrTime> = fc.tuple(
  fc.oneof(fc.nat(), fc.integer({ min: 0, max: 18_446_744_072 })),
  fc.integer({ min: 0, max: 1_000_000_000 }),
);

function sdkPoints<T>(value: fc.Arbitrary<T>) {
  return fc.array(fc.record({ attributes: anyAttributes, startTime: hrTime, endTime: hrTime, value }), {
    maxLength: 4,
  });
}
function base(valueType: fc.Arbitrary<ValueType>) {
  return {
    descriptor: fc.record({ name: text, description: text, unit: text, valueType }),
    aggregationTemporality: fc.constantFrom(AggregationTemporality.DELTA, AggregationTemporality.CUMULATIVE),
  };
}
const ofAnyType = base(fc.constantFrom(ValueType.INT, ValueType.DOUBLE));
const sdkHistogram = fc.record({
  count,
  sum: optional(anyNumber),
  min: optional(anyNumber),
  max: optional(anyNumber),
  // As many counts as there are bounds, fewer, or none: nobody checks.
  buckets: fc.record({
    boundaries: fc.array(anyNumber, { maxLength: 4 }),
    counts: fc.array(count, { maxLength: 4 }),
  }),
});
const sdkBuckets = buckets.map(({ offset, counts }) => ({ offset, bucketCounts: counts }));
function numberData(valueType: ValueType, value: fc.Arbitrary<number>) {
  const head = base(fc.constant(valueType));
  return fc.oneof(
    fc.record({
      ...head,
      dataPointType: fc.constant(DataPointType.SUM as const),
      isMonotonic: fc.boolean(),
      dataPoints: sdkPoints(value),
    }),
    fc.record({
      ...head,
      dataPointType: fc.constant(DataPointType.GAUGE as const),
      dataPoints: sdkPoints(value),
    }),
  );
}
const metricData = fc.oneof(
  numberData(ValueType.INT, int64),
  numberData(ValueType.DOUBLE, anyNumber),
  fc.record({
    ...ofAnyType,
    dataPointType: fc.constant(DataPointType.HISTOGRAM as const),
    dataPoints: sdkPoints(sdkHistogram),
  }),
  fc.record({
    ...ofAnyType,
    dataPointType: fc.constant(DataPointType.EXPONENTIAL_HISTOGRAM as const),
    dataPoints: sdkPoints(
      fc.record({
        count,
        sum: optional(anyNumber),
        min: optional(anyNumber),
        max: optional(anyNumber),
        scale: fc.integer({ min: -10, max: 20 }),
        zeroCount: count,
        positive: sdkBuckets,
        negative: sdkBuckets,
      }),
    ),
  }),
) as unknown as fc.Arbitrary<MetricData>;

export const resource: fc.Arbitrary<Resource> = fc
  .record({ attributes, schemaUrl: optional(text) })
  .map((one) =>
    resourceFromAttributes(one.attributes, one.schemaUrl === undefined ? {} : { schemaUrl: one.schemaUrl }),
  );

/** Metrics in the SDK's form that no code of ours has made. */
export const sdkResourceMetrics: fc.Arbitrary<ResourceMetrics> = fc.record({
  resource,
  scopeMetrics: fc.array(
    fc.record({
      scope: fc.record({ name: text, version: text, schemaUrl: text }, { requiredKeys: ['name'] }),
      metrics: fc.array(metricData, { maxLength: 3 }),
    }),
    { maxLength: 3 },
  ),
}) as unknown as fc.Arbitrary<ResourceMetrics>;
