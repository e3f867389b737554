import { ROOT_CONTEXT, TraceFlags, trace, ValueType } from '@opentelemetry/api';
import { MeterProvider } from '@org/instrument-core';
import { describe, expect, it } from 'vitest';
import { createJsonMetricsSerializer } from '../../src/otlp-json/serializers.ts';
import { createMetricsSerializer } from '../../src/otlp-metrics/serializer.ts';
import { type DecodedPoint, decodeMetrics } from './decode-request.ts';
import { bothForms } from './points-metric.ts';

/** Values of instruments of integers, and what a receiver is to read. */
const values: [number, Pick<DecodedPoint, 'asInt' | 'asDouble'>][] = [
  [7, { asInt: '7' }],
  [-(2 ** 63), { asInt: '-9223372036854775808' }],
  // A limit of memory that is none, as cgroups version 1 tell it, and the greatest number that int64 holds.
  [2 ** 63 - 4096, { asInt: '9223372036854771712' }],
  [2 ** 63 - 1024, { asInt: '9223372036854774784' }],
  [2 ** 63, { asDouble: 2 ** 63 }],
  [-(2 ** 63) - 2048, { asDouble: -(2 ** 63) - 2048 }],
  [2 ** 64, { asDouble: 2 ** 64 }],
  [1e20, { asDouble: 1e20 }],
];

async function forms(value: number) {
  const provider = new MeterProvider({ exemplars: true });
  const meter = provider.getMeter('test');
  const spanId = '00f067aa0ba902b7';
  const span = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId, traceFlags: TraceFlags.SAMPLED };
  const inSpan = trace.setSpanContext(ROOT_CONTEXT, span);
  meter.createGauge('level', { valueType: ValueType.INT }).record(value, {}, inSpan);
  meter.createUpDownCounter('sum', { valueType: ValueType.INT }).add(value, {}, inSpan);
  return bothForms(await provider.addCollector().collect());
}

function jsonPoints(bytes: Uint8Array | undefined): DecodedPoint[] {
  const { resourceMetrics } = JSON.parse(Buffer.from(bytes ?? []).toString());
  const { metrics } = resourceMetrics[0].scopeMetrics[0];
  return [...metrics[0].gauge.dataPoints, ...metrics[1].sum.dataPoints];
}

function pointsOf(bytes: Uint8Array | undefined): DecodedPoint[] {
  return decodeMetrics(bytes ?? new Uint8Array())
    .filter(({ name }) => name === 'level' || name === 'sum')
    .flatMap(({ gauge, sum }) => (gauge ?? sum)?.dataPoints ?? []);
}

const told = ({ asInt, asDouble }: Pick<DecodedPoint, 'asInt' | 'asDouble'>) =>
  asInt === undefined ? { asDouble } : { asInt: String(asInt) };

describe.each(values)('the integer %d', (value, expected) => {
  it('is told as it is, in protobuf', async () => {
    const { eager, lazy } = await forms(value);
    const { serializeRequest } = createMetricsSerializer();
    for (const form of [lazy, eager]) {
      expect(pointsOf(serializeRequest(form)).map(told)).toEqual([expected, expected]);
    }
  });

  it('is told as it is by exemplars', async () => {
    const { lazy } = await forms(value);
    const points = pointsOf(createMetricsSerializer().serializeRequest(lazy));
    expect(points.flatMap(({ exemplars = [] }) => exemplars.map(told))).toEqual([expected, expected]);
  });

  it('is told alike in JSON', async () => {
    const { eager } = await forms(value);
    const points = jsonPoints(createJsonMetricsSerializer().serializeRequest(eager));
    expect(points.map(told)).toEqual([expected, expected]);
  });
});
