import { once } from 'node:events';
import { createServer, get, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider as SdkMeterProvider } from '@opentelemetry/sdk-metrics';
import { MeterProvider } from '@org/instrument-core';
import { InstrumentPrometheusExporter } from '@org/instrument-otel/prometheus';
import promClient from 'prom-client';
import { atLeast, type Comparison, compare, type Finding } from './measure.ts';

const SERIES = 10_000;
/** Well beyond the series of the benchmark. */
const CARDINALITY_LIMIT = 20_000;

export type Kind = 'counter' | 'histogram';

/** Where each serves the same series. */
export interface Endpoints {
  readonly ours: string;
  readonly sdk: string;
  readonly promClient: string;
  close(): Promise<void>;
}

/** A full scrape of 10,000 series over HTTP on the loopback, client and server in this process. */
export async function measureScrapes(report: (finding: Finding) => void): Promise<void> {
  for (const kind of ['counter', 'histogram'] as const) {
    const { ours, sdk, promClient, close } = await serve(kind);
    const isCounter = kind === 'counter';
    const common = {
      name: `scrape of 10,000 ${kind} series, HTTP included`,
      unit: 'ms',
      ours: () => fetchAll(ours),
    } as const;
    const comparisons: Comparison[] = [
      {
        ...common,
        peer: 'exporter-prometheus',
        target: atLeast(isCounter ? 8 : 25),
        theirs: () => fetchAll(sdk),
      },
      {
        ...common,
        peer: 'prom-client',
        target: atLeast(isCounter ? 5 : 6),
        theirs: () => fetchAll(promClient),
      },
    ];
    for (const comparison of comparisons) report(await compare(comparison));
    await close();
  }
}

/** Fills all three with the same series, and serves them. */
export async function serve(kind: Kind): Promise<Endpoints> {
  const ours = new MeterProvider({ cardinalityLimit: CARDINALITY_LIMIT });
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const sdk = new SdkMeterProvider({
    readers: [exporter],
    views: [{ instrumentName: '*', aggregationCardinalityLimit: CARDINALITY_LIMIT }],
  });
  const registry = new promClient.Registry();
  fill(kind, ours.getMeter('bench'), sdk.getMeter('bench'), registry);
  const collector = ours.addCollector();
  const endpoint = new InstrumentPrometheusExporter({ collect: () => collector.collect(), port: 0 });
  const { url } = await endpoint.start();
  const sdkServer = await listen((request, response) => exporter.getMetricsRequestHandler(request, response));
  const promServer = await listen(async (_request, response) => {
    response.setHeader('content-type', registry.contentType);
    response.end(await registry.metrics());
  });
  return {
    ours: url,
    sdk: sdkServer.url,
    promClient: promServer.url,
    close: async () => {
      await endpoint.close(0);
      for (const { server } of [sdkServer, promServer]) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

type Meter = Pick<ReturnType<SdkMeterProvider['getMeter']>, 'createCounter' | 'createHistogram'>;

function fill(kind: Kind, ours: Meter, sdk: Meter, registry: promClient.Registry): void {
  const labelNames = ['method', 'route'];
  const counters = [ours.createCounter('requests'), sdk.createCounter('requests')];
  const histograms = [ours.createHistogram('latency'), sdk.createHistogram('latency')];
  const options = { help: 'bench', labelNames, registers: [registry] };
  const promCounter = new promClient.Counter({ name: 'requests_total', ...options });
  const promHistogram = new promClient.Histogram({
    name: 'latency',
    ...options,
    buckets: [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000],
  });
  for (let i = 0; i < SERIES; i++) {
    const labels = { method: i % 2 === 0 ? 'GET' : 'POST', route: `/route/${i}` };
    if (kind === 'counter') {
      for (const counter of counters) counter.add(i, labels);
      promCounter.inc(labels, i);
    } else {
      for (const histogram of histograms) histogram.record(i % 9_000, labels);
      promHistogram.observe(labels, i % 9_000);
    }
  }
}

async function listen(
  handler: RequestListener,
): Promise<{ server: ReturnType<typeof createServer>; url: string }> {
  const server = createServer(handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics` };
}

export function fetchAll(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on('end', () => resolve(bytes));
    }).on('error', reject);
  });
}
