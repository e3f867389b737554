import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider as SdkMeterProvider } from '@opentelemetry/sdk-metrics';
import { MeterProvider } from '@org/instrument-core';
import { InstrumentPrometheusExporter } from '@org/instrument-otel/prometheus';
import promClient from 'prom-client';
import { PullReader } from './peers/pull-reader.ts';
import { fetchAll, type Kind } from './scrape.ts';

/** What holds series: an engine with one reader, or one that serves `/metrics`. */
export type HolderName = 'ours' | 'sdk' | 'ours, scraped' | 'sdk, scraped' | 'prom-client';

/** Something that holds series. */
export interface Holder {
  /** Records into series number `i`. */
  record(i: number): void;
  /** Lets its reader have all of them, once. */
  collect(): Promise<unknown>;
}

type Open = (kind: Kind, limit: number) => Promise<Holder>;

/** Each in its own process. */
export const HOLDERS: Readonly<Record<HolderName, Open>> = {
  ours: async (kind, limit) => {
    const provider = new MeterProvider({ cardinalityLimit: limit * 2 });
    const collector = provider.addCollector();
    return { record: recorder(provider, kind), collect: () => collector.collect() };
  },
  sdk: async (kind, limit) => {
    const reader = new PullReader();
    return { record: recorder(sdkProvider(reader, limit), kind), collect: () => reader.collect() };
  },
  'ours, scraped': async (kind, limit) => {
    const provider = new MeterProvider({ cardinalityLimit: limit * 2 });
    const collector = provider.addCollector();
    const exporter = new InstrumentPrometheusExporter({ collect: () => collector.collect(), port: 0 });
    const { url } = await exporter.start();
    return { record: recorder(provider, kind), collect: () => fetchAll(url) };
  },
  'sdk, scraped': async (kind, limit) => {
    const exporter = new PrometheusExporter({ preventServerStart: true });
    const record = recorder(sdkProvider(exporter, limit), kind);
    // The text it serves is made of a collection anew each time, so that nothing else could be kept.
    return { record, collect: () => exporter.collect() };
  },
  'prom-client': async (kind) => {
    const options = { name: 'bench', help: 'bench', labelNames: ['method', 'route', 'status'] };
    const counter = new promClient.Counter({ ...options, name: 'bench_total' });
    const histogram = new promClient.Histogram({
      ...options,
      buckets: [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000],
    });
    const record =
      kind === 'counter'
        ? (i: number) => counter.inc(labels(i), 1)
        : (i: number) => histogram.observe(labels(i), i % 9_000);
    return { record, collect: () => promClient.register.metrics() };
  },
};

function sdkProvider(reader: PullReader | PrometheusExporter, limit: number): SdkMeterProvider {
  return new SdkMeterProvider({
    readers: [reader],
    views: [{ instrumentName: '*', aggregationCardinalityLimit: limit * 2 }],
  });
}

type Provider = Pick<SdkMeterProvider, 'getMeter'>;

function recorder(provider: Provider, kind: Kind): (i: number) => void {
  const meter = provider.getMeter('bench');
  if (kind === 'counter') {
    const counter = meter.createCounter('bench');
    return (i) => counter.add(1, labels(i));
  }
  const histogram = meter.createHistogram('bench');
  return (i) => histogram.record(i % 9_000, labels(i));
}

/** Three attributes in a fresh object; one of them, a text of 12 letters, tells the series apart. */
function labels(i: number): { method: string; route: string; status: number } {
  return { method: i % 2 === 0 ? 'GET' : 'POST', route: `/item/${100_000 + i}`, status: 200 };
}
