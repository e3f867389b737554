import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import type { ResourceMetrics, SumMetricData } from '@opentelemetry/sdk-metrics';
import { type CollectedMetric, MeterProvider } from '@org/instrument-core';
import { describe, expect, it } from 'vitest';
import { metricDataOf } from '../../src/metric-producer.ts';
import { type OtlpTarget, otlpTarget } from '../../src/otlp.ts';
import { createOtlpMetricExporter } from '../../src/otlp-metrics/exporter.ts';
import { lazyMetricData, pointCount } from '../../src/otlp-metrics/lazy-metric-data.ts';
import { createMetricsSerializer } from '../../src/otlp-metrics/serializer.ts';
import { type DecodedPoint, decodeMetrics } from './decode-request.ts';
import { bothForms, RESOURCE } from './points-metric.ts';

const END: [number, number] = [1_700_000_000, 5];

async function orders(): Promise<CollectedMetric> {
  const provider = new MeterProvider({ views: [] });
  const counter = provider.getMeter('shop').createCounter('orders');
  for (const [plan, count] of Object.entries({ free: 1, pro: 2, team: 3 })) counter.add(count, { plan });
  const { scopes } = await provider.addCollector().collect();
  return scopes.flatMap(({ metrics }) => metrics).find(({ descriptor }) => descriptor.name === 'orders')!;
}

/** A metric that counts how often its points are asked for. */
async function watched(
  member: keyof CollectedMetric = 'points',
): Promise<{ metric: CollectedMetric; asked: () => number }> {
  const inner = await orders();
  let asked = 0;
  const metric = new Proxy(inner, {
    get: (target, key) => {
      if (key === member) asked++;
      const value = Reflect.get(target, key) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { metric, asked: () => asked };
}

function serialized(data: SumMetricData): DecodedPoint[] {
  const metrics: ResourceMetrics = {
    resource: RESOURCE,
    scopeMetrics: [{ scope: { name: 'shop' }, metrics: [data] }],
  };
  return decodeMetrics(createMetricsSerializer().serializeRequest(metrics)!)[0]?.sum?.dataPoints ?? [];
}

function lazySum(metric: CollectedMetric): SumMetricData {
  return lazyMetricData(metric, END) as SumMetricData;
}

describe('points of a metric that is read in place', () => {
  it('are not made to serialise or to count them', async () => {
    const { metric, asked } = await watched();
    const data = lazySum(metric);
    expect(serialized(data)).toHaveLength(3);
    expect(pointCount(data)).toBe(3);
    expect(asked()).toBe(0);
  });

  it('are not made by the exporter either, which counts them too', async () => {
    const { metric, asked } = await watched();
    // Nobody listens on the port of TCP's multiplexer.
    const target = otlpTarget({ endpoint: 'http://127.0.0.1:1', timeout: 50 }, 'metrics') as OtlpTarget;
    const { signal } = new AbortController();
    const exporter = createOtlpMetricExporter(target, {}, new MeterProvider({}), signal);
    const metrics = {
      resource: RESOURCE,
      scopeMetrics: [{ scope: { name: 'shop' }, metrics: [lazySum(metric)] }],
    };
    await new Promise((resolve) => exporter.export(metrics, resolve));
    await exporter.shutdown();
    expect(asked()).toBe(0);
  });

  it('are the same objects for everybody who asks, made once', async () => {
    const { metric, asked } = await watched();
    const data = lazyMetricData(metric, END);
    expect(data).toEqual(metricDataOf(metric, END));
    expect(data.dataPoints).toBe(data.dataPoints);
    expect(asked()).toBe(2);
  });

  it('are in every copy: by spread, by JSON, by structured clone', async () => {
    const metric = await orders();
    const plain = metricDataOf(metric, END);
    expect({ ...lazyMetricData(metric, END) }).toEqual(plain);
    expect(JSON.stringify(lazyMetricData(metric, END))).toBe(JSON.stringify(plain));
    expect(structuredClone(lazyMetricData(metric, END))).toEqual(plain);
  });

  it('count once somebody has asked for them: what was taken out is not sent', async () => {
    const data = lazySum(await orders());
    data.dataPoints.splice(0, 2);
    expect(pointCount(data)).toBe(1);
    expect(serialized(data).map(({ asDouble }) => asDouble)).toEqual([3]);
  });

  it('may be replaced', async () => {
    const data = lazySum(await orders());
    const { dataPoints } = metricDataOf(await orders(), END) as SumMetricData;
    (data as { dataPoints: unknown }).dataPoints = dataPoints.slice(1);
    expect(serialized(data).map(({ asDouble }) => asDouble)).toEqual([2, 3]);
  });

  // What splitMetricData of sdk-metrics does for `maxExportBatchSize`: spread, and a slice of the points.
  it('may be split into batches, which hold each point once', async () => {
    const data = lazySum(await orders());
    const batches = [0, 2].map((from) => ({ ...data, dataPoints: data.dataPoints.slice(from, from + 2) }));
    expect(batches.map((batch) => serialized(batch).map(({ asDouble }) => asDouble))).toEqual([[1, 2], [3]]);
    expect(batches.map(pointCount)).toEqual([2, 1]);
  });

  it("serialise to the same bytes with the SDK's own serializer", async () => {
    const provider = new MeterProvider({ views: [] });
    provider.getMeter('shop').createHistogram('latency').record(3, { route: '/' });
    const { eager, lazy } = await bothForms(await provider.addCollector().collect());
    expect(ProtobufMetricsSerializer.serializeRequest(lazy)).toEqual(
      ProtobufMetricsSerializer.serializeRequest(eager),
    );
  });
});

describe('a serializer', () => {
  it('encodes the attributes of a series once', async () => {
    const { metric, asked } = await watched('attributes');
    const { serializeRequest } = createMetricsSerializer();
    const request = (): Uint8Array | undefined =>
      serializeRequest({
        resource: RESOURCE,
        scopeMetrics: [{ scope: { name: 'shop' }, metrics: [lazySum(metric)] }],
      });
    const first = request();
    expect(asked()).toBe(3);
    expect(request()).toEqual(first);
    expect(asked()).toBe(3);
  });

  it('leaves a request alone that is still being sent when the next is written', async () => {
    const { serializeRequest } = createMetricsSerializer();
    const request = (name: string): Uint8Array | undefined =>
      serializeRequest({ resource: RESOURCE, scopeMetrics: [{ scope: { name }, metrics: [] }] });
    const first = request('first');
    const sent = Buffer.from(first ?? []);
    request('other');
    expect(first).toEqual(sent);
  });
});

it.each(['lazy', 'as objects'])(
  'a point has begun no later than its time, whatever the clock says: %s',
  async (form) => {
    const metric = await orders();
    const before: [number, number] = [Math.floor(Date.now() / 1_000) - 60, 5];
    const toData = form === 'lazy' ? lazyMetricData : metricDataOf;
    const metrics: ResourceMetrics = {
      resource: RESOURCE,
      scopeMetrics: [{ scope: { name: 'shop' }, metrics: [toData(metric, before)] }],
    };
    const [decoded] = decodeMetrics(createMetricsSerializer().serializeRequest(metrics)!);
    for (const point of decoded?.sum?.dataPoints ?? []) {
      expect(BigInt(point.startTimeUnixNano ?? -1)).toBeLessThanOrEqual(BigInt(point.timeUnixNano ?? 0));
      expect(BigInt(point.startTimeUnixNano ?? 0)).toBeGreaterThan(0n);
    }
    expect(decoded?.sum?.dataPoints).toHaveLength(3);
  },
);
