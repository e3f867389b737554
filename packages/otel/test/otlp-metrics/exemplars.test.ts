import { type Context, ROOT_CONTEXT, TraceFlags, trace, ValueType } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import { type Exemplar, MeterProvider } from '@org/instrument-core';
import { describe, expect, it } from 'vitest';
import { resourceMetricsOf } from '../../src/metric-producer.ts';
import { lazyMetricData } from '../../src/otlp-metrics/lazy-metric-data.ts';
import { createMetricsSerializer } from '../../src/otlp-metrics/serializer.ts';
import { createSerializer } from '../../src/prometheus/serializer.ts';
import { collection, memoryMetric } from '../prometheus/memory-metric.ts';
import { type DecodedMetric, decodeMetrics } from './decode-request.ts';
import { bothForms } from './points-metric.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';

function inSpan(spanId: string, traceFlags: TraceFlags = TraceFlags.SAMPLED): Context {
  return trace.setSpanContext(ROOT_CONTEXT, { traceId: TRACE, spanId, traceFlags });
}

async function exported(provider: MeterProvider): Promise<Map<string, DecodedMetric>> {
  const { lazy } = await bothForms(await provider.addCollector().collect());
  const bytes = createMetricsSerializer().serializeRequest(lazy)!;
  return new Map(decodeMetrics(bytes).map((metric) => [metric.name, metric]));
}

describe('exemplars', () => {
  it('of a sum tell the value, the time and the span', async () => {
    const before = Date.now();
    const provider = new MeterProvider({ exemplars: true });
    const meter = provider.getMeter('shop');
    meter.createCounter('price').add(2.5, { plan: 'pro' }, inSpan('00f067aa0ba902b7'));
    meter
      .createCounter('orders', { valueType: ValueType.INT })
      .add(3, { plan: 'pro' }, inSpan('00f067aa0ba902b8'));
    const metrics = await exported(provider);
    const [price] = metrics.get('price')?.sum?.dataPoints ?? [];
    expect(price?.attributes).toEqual([{ key: 'plan', value: { stringValue: 'pro' } }]);
    expect(price?.exemplars).toEqual([
      { asDouble: 2.5, traceId: TRACE, spanId: '00f067aa0ba902b7', timeUnixNano: expect.any(String) },
    ]);
    const nanos = BigInt(price?.exemplars?.[0]?.timeUnixNano ?? 0);
    expect(nanos).toBeGreaterThanOrEqual(BigInt(before) * 1_000_000n);
    expect(nanos).toBeLessThanOrEqual(BigInt(Date.now()) * 1_000_000n);
    expect(metrics.get('orders')?.sum?.dataPoints[0]?.exemplars).toEqual([
      { asInt: '3', traceId: TRACE, spanId: '00f067aa0ba902b8', timeUnixNano: expect.any(String) },
    ]);
  });

  it('of a histogram come one for each bucket, least first, and leave the rest of the point as it is', async () => {
    const provider = new MeterProvider({ exemplars: true });
    const latency = provider
      .getMeter('shop')
      .createHistogram('latency', { advice: { explicitBucketBoundaries: [10, 20, 30] } });
    latency.record(35, { route: '/a' }, inSpan('00000000000000a4'));
    latency.record(5, { route: '/a' }, inSpan('00000000000000a1'));
    latency.record(25, { route: '/a' }, ROOT_CONTEXT);
    latency.record(15, { route: '/b' }, inSpan('00000000000000b2'));
    const [a, b] = (await exported(provider)).get('latency')?.histogram?.dataPoints ?? [];
    expect(a?.exemplars?.map(({ asDouble, spanId }) => [asDouble, spanId])).toEqual([
      [5, '00000000000000a1'],
      [35, '00000000000000a4'],
    ]);
    expect(a).toMatchObject({
      attributes: [{ key: 'route', value: { stringValue: '/a' } }],
      bucketCounts: ['1', '0', '1', '1'],
      explicitBounds: [10, 20, 30],
      count: '3',
      sum: 65,
      min: 5,
      max: 35,
    });
    expect(b?.exemplars?.map(({ asDouble }) => asDouble)).toEqual([15]);
  });

  it('of gauges and exponential histograms come as well', async () => {
    const provider = new MeterProvider({
      exemplars: true,
      views: [{ instrumentName: 'size', aggregation: { type: 'exponential_histogram' } }],
    });
    const meter = provider.getMeter('shop');
    meter.createGauge('level').record(-4, {}, inSpan('00000000000000c1'));
    const size = meter.createHistogram('size');
    size.record(8, {}, inSpan('00000000000000c2'));
    size.record(700, {}, inSpan('00000000000000c3'));
    size.record(9, {}, inSpan('00000000000000c4'));
    const metrics = await exported(provider);
    expect(metrics.get('level')?.gauge?.dataPoints[0]?.exemplars?.[0]?.asDouble).toBe(-4);
    const exemplars = metrics.get('size')?.exponentialHistogram?.dataPoints[0]?.exemplars ?? [];
    expect(exemplars.map(({ asDouble, spanId }) => [asDouble, spanId]).sort()).toEqual([
      [700, '00000000000000c3'],
      [8, '00000000000000c2'],
    ]);
  });

  it.each([
    ['1234567890abcdef', '00f067aa0ba902b7'],
    [TRACE, '12'],
    [undefined, undefined],
  ])(
    'with the ids %s and %s, as of a tracer of another kind, are left out: receivers refuse all for one',
    (traceId, spanId) => {
      const exemplar = { value: 1, timestampMillis: 1_700_000_000_000, traceId, spanId } as Exemplar;
      const ofOther = memoryMetric({ name: 'orders', series: [{ value: 3, exemplars: { 0: exemplar } }] });
      const lazy = resourceMetricsOf(collection([ofOther]), emptyResource(), lazyMetricData);
      const [metric] = decodeMetrics(createMetricsSerializer().serializeRequest(lazy)!);
      expect(metric?.sum?.dataPoints).toHaveLength(1);
      expect(metric?.sum?.dataPoints[0]).not.toHaveProperty('exemplars');
      const exposition = { resource: {}, collections: [collection([ofOther])] };
      expect(createSerializer().serialize(exposition, 'openmetrics').toString()).toContain('orders_total');
    },
  );

  it('are not there without a sampled span', async () => {
    const provider = new MeterProvider({ exemplars: true });
    const counter = provider.getMeter('shop').createCounter('orders');
    counter.add(1, {}, inSpan('00000000000000d1', TraceFlags.NONE));
    counter.add(1, {}, ROOT_CONTEXT);
    const metrics = await exported(provider);
    expect(metrics.get('orders')?.sum?.dataPoints).toEqual([
      expect.not.objectContaining({ exemplars: expect.anything() }),
    ]);
  });
});
