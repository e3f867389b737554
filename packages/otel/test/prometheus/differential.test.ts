import { type Attributes, type AttributeValue, ValueType } from '@opentelemetry/api';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { collectionOf } from '../../src/prometheus/sdk-metric.ts';
import { createSerializer } from '../../src/prometheus/serializer.ts';
import { type ParsedSample, parseExposition, sampleKey } from './parse-exposition.ts';

/** Unit suffixes that the package leaves out; written down apart from the table under test. */
const SUFFIXES: Record<string, string> = {
  '': '',
  s: '_seconds',
  ms: '_milliseconds',
  By: '_bytes',
  '{request}': '',
  'By/s': '_bytes_per_second',
  '%': '_percent',
};
const END: [number, number] = [1_700_000_000, 123_000_000];
const TIMES = { startTime: [1_690_000_000, 0] as [number, number], endTime: END };

const nameToken = fc.stringMatching(/^[a-z][a-zA-Z0-9]{0,5}$/);
const name = fc
  .tuple(
    nameToken,
    fc.array(fc.tuple(fc.constantFrom('.', '_', '-', '/', '..', '._'), nameToken), { maxLength: 3 }),
  )
  .map(([first, rest]) => first + rest.flat().join(''))
  .filter((text) => !/total|seconds|milliseconds|bytes|percent|ratio/.test(text));
const labelKey = fc
  .tuple(fc.stringMatching(/^[a-zA-Z_]$/), fc.string({ unit: fc.constantFrom(...'ab1_. -é'), maxLength: 6 }))
  .map(([first, rest]) => first + rest)
  .filter((key) => !/^(le|otel_scope_.*|res_.*)$/.test(sanitised(key)));
const labelValue = fc.oneof(
  fc.string({
    unit: fc.constantFrom('a', '"', '\\', '\n', '\r', ' ', 'ü', '🙂', '{', '}', ',', '=', '#'),
    maxLength: 8,
  }),
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.integer(),
  fc.boolean(),
  fc.array(fc.string({ maxLength: 3 }), { maxLength: 2 }),
  fc.constant(undefined),
);
const attributes = fc.dictionary(labelKey, labelValue, { maxKeys: 5 });
const value = fc.oneof(
  fc.double(),
  fc.maxSafeInteger(),
  fc.constantFrom(NaN, Infinity, -Infinity, -0, 1e21, 5e-7),
);
const unit = fc.constantFrom(...Object.keys(SUFFIXES));
const boundaries = fc
  .uniqueArray(
    // -0 and 0 are one bound.
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((bound) => bound + 0),
    { maxLength: 6 },
  )
  .map((bounds) => bounds.sort((a, b) => a - b));

const numberPoints = fc.array(fc.record({ attributes, value }), { minLength: 1, maxLength: 4 });
const histogramPoints = boundaries.chain((bounds) => {
  const counts = fc.array(fc.nat(), { minLength: bounds.length + 1, maxLength: bounds.length + 1 });
  const point = fc.record({ attributes, counts, sum: value });
  return fc.record({
    bounds: fc.constantFrom(bounds, [...bounds, Infinity]),
    points: fc.array(point, { minLength: 1, maxLength: 3 }),
    withSum: fc.boolean(),
  });
});
const shape = fc.oneof(
  fc.record({ kind: fc.constantFrom('counter', 'upDown', 'gauge'), points: numberPoints }),
  fc.record({ kind: fc.constant('histogram'), data: histogramPoints }),
);
const metric = fc.record({ name, unit, description: fc.string({ unit: 'binary', maxLength: 10 }), shape });
const scope = fc.record({
  name: fc.string({ unit: 'binary', maxLength: 4 }),
  version: fc.option(fc.constantFrom('1', '2.0"'), { nil: undefined }),
  schemaUrl: fc.option(fc.constant('https://schema/1'), { nil: undefined }),
});
const exposition = fc.record({
  resource: fc.dictionary(
    labelKey.map((key) => `res.${key}`),
    fc.string({ maxLength: 4 }),
    { maxKeys: 3 },
  ),
  scopes: fc.uniqueArray(scope, { selector: (one) => JSON.stringify(one), minLength: 1, maxLength: 3 }),
  metrics: fc.uniqueArray(metric, { selector: (one) => sanitised(one.name), maxLength: 5 }),
  /** Which scopes have which metric: those of several are families that must be merged. */
  placement: fc.array(fc.nat({ max: 6 }), { minLength: 5, maxLength: 5 }),
});
const options = fc.record({
  prefix: fc.constantFrom('', 'app'),
  appendTimestamp: fc.boolean(),
  withoutScopeInfo: fc.boolean(),
  withoutTargetInfo: fc.boolean(),
  resourceLabels: fc.constantFrom(undefined, /^res\./, /^none/),
});

function sanitised(key: string): string {
  return key.replace(/[^a-z0-9_]/gi, '_').replace(/_{2,}/g, '_');
}

/**
 * Joins attributes that get one label name, as the specification says; the package would write the label twice. Leaves out
 * empty ones, which are no labels to Prometheus. Only the package is given attributes so joined.
 */
function mergeClashes(raw: Attributes): Attributes {
  const merged = new Map<string, [key: string, value: AttributeValue | undefined]>();
  for (const key of Object.keys(raw).sort()) {
    if (textOf(raw[key]) === '') continue;
    const before = merged.get(sanitised(key));
    const value = before === undefined ? raw[key] : `${textOf(before[1])};${textOf(raw[key])}`;
    merged.set(sanitised(key), [before?.[0] ?? key, value]);
  }
  return Object.fromEntries(merged.values());
}

function textOf(value: AttributeValue | undefined): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

type Metric = typeof metric extends fc.Arbitrary<infer T> ? T : never;

function metricData({ name, unit, description, shape }: Metric): MetricData {
  const base = {
    descriptor: { name, unit, description, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  if (shape.kind === 'histogram' && 'data' in shape) {
    const { bounds, points, withSum } = shape.data;
    return {
      ...base,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: distinct(points).map(({ attributes, counts, sum }) => ({
        ...TIMES,
        attributes,
        value: {
          count: counts.reduce((a, b) => a + b, 0),
          ...(withSum ? { sum } : {}),
          buckets: { boundaries: bounds, counts },
        },
      })),
    };
  }
  const dataPoints = distinct('points' in shape ? shape.points : []).map((point) => ({ ...TIMES, ...point }));
  if (shape.kind === 'gauge') return { ...base, dataPointType: DataPointType.GAUGE, dataPoints };
  return { ...base, dataPointType: DataPointType.SUM, isMonotonic: shape.kind === 'counter', dataPoints };
}

/** Points of one metric have different attributes, also once these are labels. */
function distinct<T extends { attributes: Attributes }>(points: readonly T[]): T[] {
  const keyOf = ({ attributes }: T): string => {
    const labels = Object.entries(mergeClashes(attributes)).map(([key, one]) => [
      sanitised(key),
      textOf(one),
    ]);
    return sampleKey('', Object.fromEntries(labels));
  };
  return [...new Map(points.map((point) => [keyOf(point), point])).values()];
}

function withMergedAttributes(scopes: readonly ScopeMetrics[]): ScopeMetrics[] {
  return scopes.map(({ scope, metrics }) => ({
    scope,
    metrics: metrics.map((data) => ({
      ...data,
      dataPoints: data.dataPoints.map((point) => ({ ...point, attributes: mergeClashes(point.attributes) })),
    })) as MetricData[],
  }));
}

/** The package's samples, the unit's suffix put into each name. Its families repeat, so its comments are not read. */
function expectedSamples(
  text: string,
  metrics: readonly Metric[],
  prefix: string,
): Map<string, ParsedSample> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const { samples } = parseExposition(lines.map((line) => `${line}\n`).join(''));
  const renamed = [...samples.values()].map((sample): [string, ParsedSample] => {
    for (const { name, unit, shape } of metrics) {
      const base = (prefix === '' ? '' : `${prefix}_`) + sanitised(name);
      const rest = sample.name.slice(base.length);
      const own =
        shape.kind === 'histogram' ? /^_(bucket|count|sum)$/ : shape.kind === 'counter' ? /^_total$/ : /^$/;
      if (!sample.name.startsWith(base) || !own.test(rest)) continue;
      const full = `${base}${SUFFIXES[unit]}${rest}`;
      return [sampleKey(full, sample.labels), { ...sample, name: full }];
    }
    return [sampleKey(sample.name, sample.labels), sample];
  });
  return new Map(renamed);
}

it("shows the same samples as the SDK's own serializer, unit suffixes aside", () => {
  fc.assert(
    fc.property(exposition, options, ({ resource, scopes, metrics, placement }, given) => {
      // Without scope labels, a metric in two scopes is the same series twice.
      const holders = given.withoutScopeInfo ? scopes.slice(0, 1) : scopes;
      const scopeMetrics: ScopeMetrics[] = holders.map((one, s) => ({
        scope: {
          name: one.name,
          ...(one.version === undefined ? {} : { version: one.version }),
          ...(one.schemaUrl === undefined ? {} : { schemaUrl: one.schemaUrl }),
        },
        metrics: metrics.filter((_, m) => s === 0 || (placement[m]! & s) !== 0).map(metricData),
      }));
      const state: ResourceMetrics = {
        resource: resourceFromAttributes(mergeClashes(resource)),
        scopeMetrics: withMergedAttributes(scopeMetrics),
      };
      const { prefix, appendTimestamp, resourceLabels, withoutTargetInfo, withoutScopeInfo } = given;
      const theirs = new PrometheusSerializer(
        prefix,
        appendTimestamp,
        resourceLabels,
        withoutTargetInfo,
        withoutScopeInfo,
      );
      const ours = createSerializer(given);
      const text = ours
        .serialize({ resource, collections: [collectionOf(scopeMetrics, [])] }, 'prometheus')
        .toString();

      const actual = parseExposition(text).samples;
      const expected = expectedSamples(theirs.serialize(state), metrics, prefix);
      expect(Object.fromEntries(actual)).toEqual(Object.fromEntries(expected));
    }),
    { numRuns: 300 },
  );
});
