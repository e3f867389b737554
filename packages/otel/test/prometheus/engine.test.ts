import { ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api';
import { type Collection, MeterProvider, type MeterProviderOptions } from '@org/instrument-core';
import { expect, it } from 'vitest';
import type { TextFormat } from '../../src/prometheus/exposition.ts';
import { createSerializer } from '../../src/prometheus/serializer.ts';
import { parseExposition, sampleKey } from './parse-exposition.ts';

const SPAN = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: TraceFlags.SAMPLED,
};

function engine(options: MeterProviderOptions = {}) {
  const provider = new MeterProvider(options);
  const collector = provider.addCollector();
  const serializer = createSerializer({ withoutTargetInfo: true });
  const scrape = async (format: TextFormat = 'prometheus') => {
    const collected: Collection = await collector.collect();
    const text = serializer.serialize({ resource: {}, collections: [collected] }, format).toString();
    return parseExposition(text, format === 'openmetrics').samples;
  };
  const sampleOf = async (name: string, labels: Record<string, string> = {}) =>
    (await scrape()).get(sampleKey(name, { otel_scope_name: 'shop', ...labels }))?.value;
  return { meter: provider.getMeter('shop'), scrape, sampleOf };
}

it('shows the instruments of the engine from scrape to scrape', async () => {
  const { meter, sampleOf } = engine();
  const orders = meter.createCounter('orders');
  const queue = meter.createUpDownCounter('queue');
  const latency = meter.createHistogram('latency', {
    unit: 's',
    advice: { explicitBucketBoundaries: [0.1, 1] },
  });
  orders.add(2, { plan: 'pro' });
  queue.add(-3);
  latency.record(0.5);
  latency.record(7);
  expect(await sampleOf('orders_total', { plan: 'pro' })).toBe('2');
  expect(await sampleOf('queue')).toBe('-3');
  expect(await sampleOf('latency_seconds_bucket', { le: '1' })).toBe('1');
  expect(await sampleOf('latency_seconds_bucket', { le: '+Inf' })).toBe('2');
  expect(await sampleOf('latency_seconds_sum')).toBe('7.5');
  orders.add(1, { plan: 'pro' });
  orders.add(9, { plan: 'free' });
  expect(await sampleOf('orders_total', { plan: 'pro' })).toBe('3');
  expect(await sampleOf('orders_total', { plan: 'free' })).toBe('9');
});

it('shows only the series that were observed last', async () => {
  const { meter, sampleOf } = engine();
  let rooms = ['a', 'b'];
  meter.createObservableGauge('temp', { unit: 'Cel' }).addCallback((result) => {
    for (const room of rooms) result.observe(20, { room });
  });
  expect(await sampleOf('temp_celsius', { room: 'a' })).toBe('20');
  rooms = ['b'];
  expect(await sampleOf('temp_celsius', { room: 'a' })).toBeUndefined();
  expect(await sampleOf('temp_celsius', { room: 'b' })).toBe('20');
});

it('shows exponential histograms as buckets that hold what was recorded', async () => {
  const { meter, scrape } = engine({
    views: [{ instrumentName: 'size', aggregation: { type: 'exponential_histogram' } }],
  });
  const size = meter.createHistogram('size', { unit: 'By' });
  const values = { a: [1, 3, 900, 0], b: [0.001, 5, 70_000] };
  for (const [kind, all] of Object.entries(values)) for (const value of all) size.record(value, { kind });
  const samples = [...(await scrape()).values()].filter(({ name }) => name === 'size_bytes_bucket');
  const bounds = (kind: string) =>
    samples.filter(({ labels }) => labels.kind === kind).map(({ labels }) => labels.le);
  expect(bounds('a')).toEqual(bounds('b'));
  expect(bounds('a').length).toBeLessThanOrEqual(34);
  for (const { labels, value } of samples) {
    const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le);
    expect(Number(value)).toBe(values[labels.kind as 'a' | 'b'].filter((one) => one <= bound).length);
  }
});

it('shows exemplars of sampled spans in OpenMetrics', async () => {
  const { meter, scrape } = engine({
    exemplars: true,
    views: [{ instrumentName: 'size', aggregation: { type: 'exponential_histogram' } }],
  });
  const inSpan = trace.setSpanContext(ROOT_CONTEXT, SPAN);
  meter.createCounter('orders').add(1, {}, inSpan);
  meter
    .createHistogram('latency', { advice: { explicitBucketBoundaries: [0.1, 1] } })
    .record(0.5, {}, inSpan);
  const size = meter.createHistogram('size');
  for (const value of [1, 3, 3.5, 3, 3, 600]) size.record(value, {}, inSpan);
  const samples = [...(await scrape('openmetrics')).values()].filter(
    ({ exemplar }) => exemplar !== undefined,
  );
  expect(samples.map(({ name, labels, exemplar }) => [name, labels.le, exemplar!.value])).toEqual([
    ['orders_total', undefined, '1'],
    ['latency_bucket', '1.0', '0.5'],
    ['size_bucket', '1.0', '1'],
    ['size_bucket', expect.any(String), '3'],
    ['size_bucket', expect.any(String), '600'],
  ]);
  for (const { labels, exemplar } of samples.slice(1)) {
    expect(Number(labels.le)).toBeGreaterThanOrEqual(Number(exemplar!.value));
    expect(Number(labels.le)).toBeLessThan(Number(exemplar!.value) * 2.1);
  }
  for (const { exemplar } of samples) {
    expect(exemplar!.labels).toEqual({ trace_id: SPAN.traceId, span_id: SPAN.spanId });
    expect(Math.abs(Number(exemplar!.timestamp) * 1000 - Date.now())).toBeLessThan(60_000);
  }
});
