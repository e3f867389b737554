import type { ExportResult } from '@opentelemetry/core';
import { InMemoryMetricExporter } from '@opentelemetry/sdk-metrics';
import { type Collector, MeterProvider, type MeterProvider as Meters } from '@org/instrument-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { followExports, lastInterval } from '../../src/exit-delivery/last-interval.ts';
import { metricDataOf, resourceMetricsOf } from '../../src/metric-producer.ts';
import { otlpTarget } from '../../src/otlp.ts';
import { RESOURCE } from '../otlp-metrics/points-metric.ts';

const target = otlpTarget({ endpoint: 'http://127.0.0.1:4318', protocol: 'http/json' }, 'metrics')!;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Pushed {
  readonly meters: Meters;
  readonly collector: Collector;
  /** Names of the metrics of what is left to be delivered; `undefined` when nothing is. */
  left(): string[] | undefined;
}

/** A reader whose last push had this result, so many milliseconds after its start; `undefined` for one that was not answered. */
async function pushed(result: ExportResult | undefined, millis = 0): Promise<Pushed> {
  const meters = new MeterProvider({});
  const meter = meters.getMeter('shop');
  meter.createObservableGauge('depth').addCallback((observed) => observed.observe(1));
  meter.createCounter('orders').add(1);
  const collector = meters.addCollector();
  const exporter = new InMemoryMetricExporter(1);
  exporter.export = (_, done) => {
    vi.advanceTimersByTime(millis);
    if (result !== undefined) done(result);
  };
  const lastExport = followExports(exporter);
  exporter.export(resourceMetricsOf(await collector.collect(), RESOURCE, metricDataOf), () => {});
  return {
    meters,
    collector,
    left() {
      const [request] = lastInterval(target, RESOURCE, collector, undefined, lastExport());
      if (request === undefined) return undefined;
      const { resourceMetrics } = JSON.parse(Buffer.from(request.body).toString()) as {
        resourceMetrics: { scopeMetrics: { metrics: { name: string }[] }[] }[];
      };
      return resourceMetrics.flatMap(({ scopeMetrics }) =>
        scopeMetrics.flatMap(({ metrics }) => metrics.map(({ name }) => name)),
      );
    },
  };
}

describe('the last interval', () => {
  it.each([0, 4_000])('is nothing right after a push that was taken within %i ms', async (millis) => {
    const { left } = await pushed({ code: 0 }, millis);
    expect(left()).toBeUndefined();
  });

  it.each([
    ['was refused', { code: 1 }],
    ['was not answered', undefined],
  ])('is everything after a push that %s', async (_, result) => {
    const { left } = await pushed(result);
    expect(left()).toEqual(['depth', 'orders']);
  });

  it('is everything when something was recorded since', async () => {
    const { meters, left } = await pushed({ code: 0 });
    meters.getMeter('shop').createCounter('orders').add(1);
    expect(left()).toEqual(['depth', 'orders']);
  });

  it('is nothing when only the push counted itself since', async () => {
    const { meters, left } = await pushed({ code: 0 });
    meters.getMeter('sdk').createCounter('otel.sdk.exporter.metric_data_point.exported').add(1);
    expect(left()).toBeUndefined();
  });

  it('is everything when what is observed is not of now any more', async () => {
    const { left } = await pushed({ code: 0 });
    vi.advanceTimersByTime(1_001);
    expect(left()).toEqual(['depth', 'orders']);
  });
});
