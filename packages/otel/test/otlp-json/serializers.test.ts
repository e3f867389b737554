import { ROOT_CONTEXT, ValueType } from '@opentelemetry/api';
import { JsonMetricsSerializer, JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { emptyResource } from '@opentelemetry/resources';
import { AlwaysOnSampler, type ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { MeterProvider } from '@org/instrument-core';
import { describe, expect, it } from 'vitest';
import { metricDataOf, resourceMetricsOf } from '../../src/metric-producer.ts';
import { createJsonMetricsSerializer, createJsonTraceSerializer } from '../../src/otlp-json/serializers.ts';
import { DEFAULT_SPAN_LIMITS } from '../../src/spans/limits.ts';
import { SpanProvider } from '../../src/spans/span-provider.ts';

type Recording = (meter: ReturnType<MeterProvider['getMeter']>) => void;

async function metricsOf(record: Recording, views = {}) {
  const provider = new MeterProvider(views);
  record(provider.getMeter('test'));
  return resourceMetricsOf(await provider.addCollector().collect(), emptyResource(), metricDataOf);
}

/** The points of all metrics, as a receiver reads them. */
function pointsIn(body: Uint8Array | undefined): Record<string, unknown>[] {
  const { resourceMetrics } = JSON.parse(Buffer.from(body as Uint8Array).toString());
  return resourceMetrics[0].scopeMetrics
    .flatMap(({ metrics }: { metrics: Record<string, { dataPoints?: object[] }>[] }) => metrics)
    .flatMap((metric: Record<string, { dataPoints?: object[] }>) =>
      Object.values(metric).flatMap((data) => data?.dataPoints ?? []),
    );
}

function spanOf(attributes: Record<string, number | number[]>): ReadableSpan {
  const provider = new SpanProvider({
    resource: emptyResource(),
    sampler: new AlwaysOnSampler(),
    processors: [],
    limits: DEFAULT_SPAN_LIMITS,
  });
  const span = provider.getTracer('test').startSpan('s', { attributes }, ROOT_CONTEXT);
  span.addEvent('e', attributes).end();
  return span as unknown as ReadableSpan;
}

const texts: [number, string][] = [
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
  [Number.NEGATIVE_INFINITY, '-Infinity'],
];

describe.each(texts)('in OTLP JSON %d', (value, text) => {
  const { serializeRequest } = createJsonMetricsSerializer();

  it('is a text as the value of a gauge, beside numbers that stay numbers', async () => {
    const metrics = await metricsOf((meter) => {
      meter.createGauge('a').record(value);
      meter.createGauge('b').record(1.5);
    });
    expect(pointsIn(serializeRequest(metrics)).map(({ asDouble }) => asDouble)).toEqual([text, 1.5]);
  });

  it('is a text as the sum of a histogram, and as an attribute of a point', async () => {
    const metrics = await metricsOf((meter) => {
      meter.createHistogram('h').record(Math.abs(value));
      meter.createGauge('g').record(1, { a: value, list: [1, value] as never });
    });
    const body = Buffer.from(serializeRequest(metrics) as Uint8Array).toString();
    expect(body).not.toContain('null');
    expect(body).toContain(`{"key":"a","value":{"doubleValue":"${text}"}}`);
  });

  it('is a text as an attribute of a span and of an event', () => {
    const body = createJsonTraceSerializer().serializeRequest([spanOf({ a: value, list: [1, value] })]);
    const json = Buffer.from(body as Uint8Array).toString();
    expect(json).not.toContain('null');
    expect(json.split(`"doubleValue":"${text}"`)).toHaveLength(5);
  });
});

it('an integer that int64 does not hold is a double', async () => {
  const body = createJsonTraceSerializer().serializeRequest([
    spanOf({ a: 1e300, b: 2 ** 63, c: -(2 ** 63), d: 2 ** 60 }),
  ]);
  const [span] = JSON.parse(Buffer.from(body as Uint8Array).toString()).resourceSpans[0].scopeSpans[0].spans;
  expect(span.attributes.map(({ value }: { value: object }) => value)).toEqual([
    { doubleValue: 1e300 },
    { doubleValue: 2 ** 63 },
    { intValue: '-9223372036854775808' },
    { intValue: '1152921504606846976' },
  ]);
  const metrics = await metricsOf((meter) =>
    meter.createGauge('g', { valueType: ValueType.INT }).record(1e300),
  );
  const [point] = pointsIn(createJsonMetricsSerializer().serializeRequest(metrics));
  expect(point).toMatchObject({ asDouble: 1e300 });
  expect(point).not.toHaveProperty('asInt');
});

it("anything else is as the SDK's serializers write it", async () => {
  const metrics = await metricsOf((meter) => {
    meter.createCounter('null', { description: 'null' }).add(3, { a: 'null', b: true, c: 5 });
    meter.createHistogram('h').record(7);
  });
  const json = (bytes: Uint8Array | undefined): string => Buffer.from(bytes as Uint8Array).toString();
  expect(json(createJsonMetricsSerializer().serializeRequest(metrics))).toBe(
    json(JsonMetricsSerializer.serializeRequest(metrics)),
  );
  const spans = [spanOf({ a: 1, b: 2.5, c: [1, 2] })];
  expect(json(createJsonTraceSerializer().serializeRequest(spans))).toBe(
    json(JsonTraceSerializer.serializeRequest(spans)),
  );
});
