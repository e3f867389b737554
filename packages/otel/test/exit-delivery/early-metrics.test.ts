import { MeterProvider, type MeterProvider as Meters } from '@org/instrument-core';
import { describe, expect, it } from 'vitest';
import { earlyMetrics } from '../../src/exit-delivery/early-metrics.ts';
import { collectorOptionsOf } from '../../src/metric-producer.ts';
import type { OtlpOptions } from '../../src/options.ts';
import { otlpTarget } from '../../src/otlp.ts';
import { createOtlpMetricExporter } from '../../src/otlp-metrics/exporter.ts';
import { RESOURCE } from '../otlp-metrics/points-metric.ts';

const TEMPORALITIES = ['cumulative', 'delta', 'lowmemory'] as const;

const otlpOf = (temporality: NonNullable<OtlpOptions['temporality']>): OtlpOptions => ({
  endpoint: 'http://127.0.0.1:4318',
  protocol: 'http/json',
  temporality,
});

/** A reader that was attached, as it asks, collected and was closed. */
async function collectAndClose(provider: Meters, otlp: OtlpOptions): Promise<void> {
  const target = otlpTarget(otlp, 'metrics')!;
  const exporter = createOtlpMetricExporter(target, otlp, provider, AbortSignal.abort());
  const reader = provider.addCollector({
    name: target.url,
    ...collectorOptionsOf(exporter),
  });
  await reader.collect();
  reader.close();
}

/** Names and values of what is delivered of the meter `shop`. */
function delivered(provider: Meters, otlp: OtlpOptions): Record<string, number> {
  const [request] = earlyMetrics({ otlp }, RESOURCE, provider);
  type Metric = {
    name: string;
    sum?: Points;
    gauge?: Points;
    histogram?: Points;
    exponentialHistogram?: Points;
  };
  type Points = { dataPoints: { asDouble?: number; sum?: number }[] };
  const { resourceMetrics } = JSON.parse(Buffer.from(request?.body ?? '').toString()) as {
    resourceMetrics: { scopeMetrics: { scope: { name: string }; metrics: Metric[] }[] }[];
  };
  return Object.fromEntries(
    resourceMetrics
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .filter(({ scope }) => scope.name === 'shop')
      .flatMap(({ metrics }) => metrics)
      .map(({ name, sum, gauge, histogram, exponentialHistogram }) => {
        const [point] = (sum ?? gauge ?? histogram ?? exponentialHistogram)?.dataPoints ?? [];
        return [name, point?.asDouble ?? point?.sum ?? Number.NaN];
      }),
  );
}

describe.each(TEMPORALITIES)(
  'what a process delivers that ends before its readers are attached (%s)',
  (temporality) => {
    const otlp = otlpOf(temporality);

    it('goes on from the readers that it had before', async () => {
      const provider = new MeterProvider({});
      const meter = provider.getMeter('shop');
      const [orders, sizes] = [meter.createCounter('orders'), meter.createHistogram('sizes')];
      let packets = 1_000;
      meter.createGauge('temperature').record(21);
      meter.createObservableGauge('depth').addCallback((observed) => observed.observe(7));
      meter.createObservableCounter('packets').addCallback((observed) => observed.observe(packets));
      meter.createObservableUpDownCounter('idle').addCallback((observed) => observed.observe(5));
      const open = meter.createUpDownCounter('open');
      for (const value of [100, 1]) {
        orders.add(value);
        sizes.record(value);
        open.add(value);
        if (value === 100) await collectAndClose(provider, otlp);
      }
      packets += 1;
      expect(delivered(provider, otlp)).toMatchObject({
        orders: temporality === 'cumulative' ? 101 : 1,
        sizes: temporality === 'cumulative' ? 101 : 1,
        packets: temporality === 'delta' ? 1 : 1_001,
        open: 101,
        depth: 7,
        idle: 5,
      });
    });

    it('has histograms in the form of those readers', async () => {
      const exponential = { ...otlp, histogramAggregation: 'base2_exponential_bucket_histogram' } as const;
      const provider = new MeterProvider({});
      const sizes = provider.getMeter('shop').createHistogram('sizes');
      sizes.record(100);
      await collectAndClose(provider, exponential);
      sizes.record(1);
      expect(delivered(provider, exponential)).toEqual({ sizes: temporality === 'cumulative' ? 101 : 1 });
    });

    it('is everything when it had none', () => {
      const provider = new MeterProvider({});
      const meter = provider.getMeter('shop');
      meter.createCounter('orders').add(3);
      meter.createGauge('temperature').record(21);
      expect(delivered(provider, otlp)).toEqual({ orders: 3, temperature: 21 });
    });
  },
);
