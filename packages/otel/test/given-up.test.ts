import type { ExportResult } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { type CollectorOptions, MeterProvider, meterProvider } from '@org/instrument-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OtelHandle, startOtel } from '../src/index.ts';
import { metricDataOf, resourceMetricsOf } from '../src/metric-producer.ts';
import { PeriodicReader } from '../src/periodic-reader.ts';
import { accept, hang, type OtlpReceiver, receivedMetrics, startOtlpReceiver } from './otlp-receiver.ts';

describe('metrics that shutdown() has given up', () => {
  let receiver: OtlpReceiver;
  let handle: OtelHandle | undefined;

  beforeEach(async () => {
    receiver = await startOtlpReceiver();
  });

  afterEach(async () => {
    receiver.answer = accept;
    await handle?.shutdown();
    await receiver.close();
  });

  function start(): OtelHandle {
    handle = startOtel({
      prometheus: false,
      handleSignals: false,
      logLevel: 'none',
      traces: false,
      otlp: { endpoint: receiver.url, protocol: 'http/json', temporality: 'delta' },
      shutdownTimeout: 300,
    });
    return handle;
  }

  it('come with the first ones after another init(), and nothing else comes again', async () => {
    const counter = meterProvider.getMeter('given-up').createCounter('given-up');
    const received = (): number[] =>
      receivedMetrics(receiver, 'given-up').map(({ sum }) => Number(sum?.dataPoints[0]?.asDouble));
    const first = start();
    counter.add(100);
    await first.flush();
    counter.add(10);
    receiver.answer = hang;
    await first.shutdown();
    receiver.answer = accept;
    counter.add(1);
    const second = start();
    await second.flush();
    expect(received()).toEqual([100, 10, 11]);
    counter.add(2);
    await second.flush();
    counter.add(3);
    await second.shutdown();
    counter.add(4);
    await start().flush();
    expect(received()).toEqual([100, 10, 11, 2, 3, 4]);
  });
});

describe('a periodic reader that is stopped', () => {
  const DELTAS: CollectorOptions = { name: 'otlp', temporality: () => 'delta' };

  function start(stop = new AbortController()) {
    const provider = new MeterProvider({});
    const meter = provider.getMeter('test');
    const counter = meter.createCounter('c');
    const exported: ((result: ExportResult) => void)[] = [];
    const exporter: PushMetricExporter = {
      export: (_metrics: ResourceMetrics, done) => void exported.push(done),
      forceFlush: async () => {},
      shutdown: async () => {},
    };
    const reader = new PeriodicReader({
      exporter,
      collector: provider.addCollector(DELTAS),
      toMetrics: (collection) => resourceMetricsOf(collection, emptyResource(), metricDataOf),
      intervalMillis: 1_000_000,
      timeoutMillis: 1_000_000,
      flushMillis: 1_000_000,
      stop: stop.signal,
    });
    const next = () => provider.addCollector(DELTAS);
    const givenTo = async (collector: ReturnType<typeof next>): Promise<number | undefined> => {
      const { scopes } = await collector.collect();
      const metrics = scopes.flatMap(({ metrics: all }) => all);
      return metrics.find(({ descriptor }) => descriptor.name === 'c')?.value(0);
    };
    return { meter, counter, reader, stop, exported, next, givenTo };
  }

  it('leaves to the next one, at once, what is on its way, and collects no more', async () => {
    const { meter, counter, reader, stop, exported, next, givenTo } = start();
    let asked = 0;
    meter.createObservableGauge('asked').addCallback(() => void asked++);
    counter.add(100);
    const delivery = reader.flush();
    await expect.poll(() => exported.length).toBe(1);
    exported[0]?.({ code: 0 });
    await delivery;
    counter.add(5);
    void reader.flush();
    await expect.poll(() => exported.length).toBe(2);
    const ended = reader.shutdown();
    stop.abort();
    const successor = next();
    counter.add(1);
    expect(await givenTo(successor)).toBe(6);
    counter.add(2);
    exported[1]?.({ code: 1 });
    await ended;
    expect(exported).toHaveLength(2);
    expect(asked).toBe(3);
    expect(await givenTo(successor)).toBe(2);
  });

  it('leaves to the next one what callbacks keep it from collecting in time', async () => {
    const { meter, counter, reader, stop, exported, next, givenTo } = start();
    let release = (): void => {};
    let isAsked = false;
    const gauge = meter.createObservableGauge('slow');
    const callback = (): Promise<void> => {
      isAsked = true;
      return new Promise((resolve) => {
        release = resolve;
      });
    };
    gauge.addCallback(callback);
    counter.add(5);
    const ended = reader.shutdown();
    await expect.poll(() => isAsked).toBe(true);
    gauge.removeCallback(callback);
    stop.abort();
    const successor = next();
    release();
    await ended;
    expect(exported).toHaveLength(0);
    expect(await givenTo(successor)).toBe(5);
  });

  it('leaves the collector to the next one when it ends later', async () => {
    const { counter, reader, stop, next, givenTo } = start();
    stop.abort();
    const successor = next();
    await reader.shutdown();
    counter.add(1);
    // Were it resting, this would be the same one.
    expect(next()).not.toBe(successor);
    expect(await givenTo(successor)).toBe(1);
  });

  it('was stopped before it began: it leaves everything', async () => {
    const { counter, reader, exported, next, givenTo } = start(stopped());
    counter.add(1);
    await reader.flush();
    await reader.shutdown();
    expect(exported).toHaveLength(0);
    expect(await givenTo(next())).toBe(1);
  });
});

function stopped(): AbortController {
  const controller = new AbortController();
  controller.abort();
  return controller;
}
