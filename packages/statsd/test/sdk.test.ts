import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationType,
  type IMetricReader,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
  type ViewOptions,
} from '@opentelemetry/sdk-metrics';
import { MeterProvider as OurMeterProvider } from '@org/instrument-core';
import { afterEach, describe, expect, it } from 'vitest';
import { createMetricProducer } from '../../otel/src/metric-producer.ts';
import { createStatsdExporter, type StatsdOptions } from '../src/index.ts';
import { type Receiver, startUdp } from './support/receivers.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(
  options: StatsdOptions = {},
): Promise<{ receiver: Receiver; reader: PeriodicExportingMetricReader }> {
  const receiver = await startUdp();
  closers.push(receiver.close);
  const exporter: PushMetricExporter = createStatsdExporter({ ...receiver.options, ...options });
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1_000_000 });
  return { receiver, reader };
}

function provide(reader: IMetricReader, ...views: ViewOptions[]): MeterProvider {
  const provider = new MeterProvider({
    readers: [reader],
    resource: resourceFromAttributes({ 'service.name': 'shop' }),
    views,
  });
  closers.push(() => provider.shutdown());
  return provider;
}

describe("the SDK's own engine and reader", () => {
  it('sends what was recorded since the last time, and gauges as they are', async () => {
    const { receiver, reader } = await start({ prefix: 'shop' });
    const meter = provide(reader).getMeter('test');
    const orders = meter.createCounter('orders');
    const jobs = meter.createUpDownCounter('jobs');
    const latency = meter.createHistogram('latency', {
      unit: 's',
      advice: { explicitBucketBoundaries: [1, 2] },
    });
    meter.createObservableCounter('seen').addCallback((result) => result.observe(10, { where: 'here' }));
    meter.createObservableGauge('depth').addCallback((result) => result.observe(-4));
    orders.add(2, { plan: 'pro' });
    orders.add(3, { plan: 'pro' });
    jobs.add(5);
    latency.record(0.5);
    await reader.forceFlush();
    const sorted = (lines: readonly string[]) => [...lines].sort();
    expect(sorted(await receiver.received(6))).toEqual(
      sorted([
        'shop.orders:5|c|#plan:pro',
        'shop.jobs:5|g',
        'shop.latency:0.5|d',
        'shop.seen:10|c|#where:here',
        'shop.depth:0|g',
        'shop.depth:-4|g',
      ]),
    );
    orders.add(1, { plan: 'pro' });
    jobs.add(-6);
    latency.record(1.5);
    latency.record(1.75);
    await reader.forceFlush();
    expect(sorted((await receiver.received(13)).slice(6))).toEqual(
      sorted([
        'shop.orders:1|c|#plan:pro',
        'shop.jobs:0|g',
        'shop.jobs:-1|g',
        'shop.latency:1.5|d',
        'shop.latency:1.75|d',
        'shop.depth:0|g',
        'shop.depth:-4|g',
      ]),
    );
  });

  it('sends exponential histograms', async () => {
    const { receiver, reader } = await start({ resourceTags: /^service\.name$/ });
    const view = {
      instrumentName: '*',
      aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
    } as const;
    const histogram = provide(reader, view).getMeter('test').createHistogram('size');
    for (const value of [1, 2, 3, 100]) histogram.record(value);
    await reader.forceFlush();
    const lines = await receiver.received(4);
    const values = lines.map((line) => Number(/^size:([\d.]+)\|d\|#service\.name:shop$/.exec(line)?.[1]));
    expect(values[0]).toBe(1);
    expect(values.at(-1)).toBe(100);
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(106, 4);
  });

  it('sends what stands before its shutdown', async () => {
    const { receiver, reader } = await start();
    const provider = provide(reader);
    provider.getMeter('test').createCounter('orders').add(1);
    await provider.shutdown();
    expect(await receiver.received(1)).toEqual(['orders:1|c']);
  });
});

describe('our engine behind its door, which knows no deltas', () => {
  it('has differences made of its totals', async () => {
    const { receiver, reader } = await start();
    const ours = new OurMeterProvider();
    reader.setMetricProducer(createMetricProducer(ours.addCollector(), resourceFromAttributes({})));
    closers.push(() => reader.shutdown());
    const orders = ours.getMeter('test').createCounter('orders');
    const latency = ours
      .getMeter('test')
      .createHistogram('latency', { advice: { explicitBucketBoundaries: [1, 2] } });
    orders.add(5, { plan: 'pro' });
    latency.record(0.5);
    await reader.forceFlush();
    orders.add(2, { plan: 'pro' });
    latency.record(1.5);
    latency.record(1.5);
    await reader.forceFlush();
    await reader.forceFlush();
    expect((await receiver.received(4)).filter((line) => !line.startsWith('instrument.'))).toEqual([
      'orders:5|c|#plan:pro',
      'latency:0.5|d',
      'orders:2|c|#plan:pro',
      'latency:1.5|d|@0.5',
    ]);
  });
});
