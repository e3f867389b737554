import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CollectionResult, MeterProvider, type MetricProducer } from '@opentelemetry/sdk-metrics';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readEnvironment } from '../../src/environment/read-environment.ts';
import { startOtel } from '../../src/index.ts';
import {
  InstrumentPrometheusExporter,
  type InstrumentPrometheusExporterOptions,
} from '../../src/prometheus/exporter.ts';
import { collection } from './memory-metric.ts';
import { parseExposition, sampleKey } from './parse-exposition.ts';

const JOBS = collection([{ name: 'jobs', series: [{ value: 3 }] }]);

const exporters: InstrumentPrometheusExporter[] = [];
afterEach(async () => {
  await Promise.all(exporters.splice(0).map((exporter) => exporter.close(0)));
});

function create(options: Partial<InstrumentPrometheusExporterOptions> = {}): InstrumentPrometheusExporter {
  const exporter = new InstrumentPrometheusExporter({ port: 0, collect: async () => JOBS, ...options });
  exporters.push(exporter);
  return exporter;
}

async function samplesAt(url: string) {
  return parseExposition(await (await fetch(url)).text()).samples;
}

/** A producer of the SDK's own metrics: one counter and one histogram of another library. */
function sdkProducer(): MetricProducer {
  let producer: MetricProducer | undefined;
  const reader = new (class extends InstrumentPrometheusExporter {
    override onInitialized(): void {
      producer = { collect: () => this.collect() };
    }
  })({ collect: async () => JOBS });
  const meter = new MeterProvider({ readers: [reader] }).getMeter('library', '2');
  meter.createCounter('jobs', { description: 'Jobs of the library.' }).add(5, { kind: 'x' });
  meter.createHistogram('latency', { unit: 's', advice: { explicitBucketBoundaries: [1] } }).record(0.5);
  return producer!;
}

/** Whether the URL, with another address of this machine in the place of its host, answers. */
async function answersAt(url: string, host: string): Promise<boolean> {
  const other = Object.assign(new URL(url), { hostname: host });
  return fetch(other).then(
    () => true,
    () => false,
  );
}

describe('variables, where no option is given', () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each(['', '  '])('the host %j is unset: only this machine reaches /metrics', async (host) => {
    vi.stubEnv('OTEL_EXPORTER_PROMETHEUS_HOST', host);
    const { url } = await create().start();
    expect(new URL(url).hostname).toBe('127.0.0.1');
    expect(await answersAt(url, '127.0.0.1')).toBe(true);
    expect(await answersAt(url, '127.0.0.2')).toBe(false);
  });

  it('an empty host in code is the default one', async () => {
    const { url } = await create({ host: '' }).start();
    expect(await answersAt(url, '127.0.0.2')).toBe(false);
  });

  it.each(['1e4', '0x1f90', '+9999', '9999.0'])('the port %j is ignored', async (port) => {
    vi.stubEnv('OTEL_EXPORTER_PROMETHEUS_PORT', port);
    const exporter = create({ port: undefined as never });
    const started = await exporter.start().catch(({ message }) => message as string);
    // The default one, free or not.
    expect(typeof started === 'string' ? started : started.url).toContain('127.0.0.1:9464');
  });

  it('are read by init() by the same rules', async () => {
    vi.stubEnv('OTEL_EXPORTER_PROMETHEUS_HOST', '');
    vi.stubEnv('OTEL_EXPORTER_PROMETHEUS_PORT', '0');
    const { options } = readEnvironment(process.env);
    const handle = startOtel({ ...options, logLevel: 'none', handleSignals: false });
    await handle.ready;
    const url = handle.endpoints.prometheus ?? '';
    expect(new URL(url).hostname).toBe('127.0.0.1');
    expect(await answersAt(url, '127.0.0.2')).toBe(false);
    await handle.shutdown();
  });
});

describe('the Prometheus exporter', () => {
  it.each(['/métriques', '/x/../m', '//metrics', '/a b', '/%7Em'])(
    'serves the path %j at the URL that it tells',
    async (path) => {
      const { url } = await create({ path }).start();
      expect((await fetch(url)).status).toBe(200);
    },
  );

  it('shows metrics of the SDK whose unit, description or scope is no text', async () => {
    let producer: MetricProducer | undefined;
    const reader = new (class extends InstrumentPrometheusExporter {
      override onInitialized(): void {
        producer = { collect: () => this.collect() };
      }
    })({ collect: async () => JOBS });
    const meter = new MeterProvider({ readers: [reader] }).getMeter(5 as never, 2 as never);
    meter.createHistogram('latency', { unit: 1 as never, description: 5 as never }).record(0.5);
    const samples = await samplesAt((await create({ metricProducers: [producer!] }).start()).url);
    expect(
      samples.get(sampleKey('latency_count', { otel_scope_name: '5', otel_scope_version: '2' }))?.value,
    ).toBe('1');
  });

  it('serves at the default path of a free port on the loopback interface', async () => {
    const { host, port, url } = await create({ resource: () => ({ 'service.name': 'shop' }) }).start();
    expect([host, url]).toEqual(['127.0.0.1', `http://127.0.0.1:${port}/metrics`]);
    const samples = await samplesAt(url);
    expect(samples.get(sampleKey('jobs_total', { otel_scope_name: 'test' }))?.value).toBe('3');
    expect(samples.has(sampleKey('target_info', { service_name: 'shop' }))).toBe(true);
  });

  it('takes the options of /metrics', async () => {
    const options = {
      path: 'm',
      prefix: 'app',
      withoutTargetInfo: true,
      withoutScopeInfo: true,
      resourceLabels: '^service\\.',
    };
    const exporter = create({ ...options, resource: () => ({ 'service.name': 'shop', 'host.name': 'h' }) });
    const { url } = await exporter.start();
    expect(new URL(url).pathname).toBe('/m');
    expect([...(await samplesAt(url)).keys()]).toEqual([
      sampleKey('app_jobs_total', { service_name: 'shop' }),
    ]);
  });

  it('shows the metrics of other producers in the same families', async () => {
    const { url } = await create({ metricProducers: [sdkProducer()] }).start();
    const samples = await samplesAt(url);
    const scope = { otel_scope_name: 'library', otel_scope_version: '2' };
    expect(samples.get(sampleKey('jobs_total', { otel_scope_name: 'test' }))?.value).toBe('3');
    expect(samples.get(sampleKey('jobs_total', { ...scope, kind: 'x' }))?.value).toBe('5');
    expect(samples.get(sampleKey('latency_seconds_bucket', { ...scope, le: '1' }))?.value).toBe('1');
  });

  it('leaves out a producer that fails', async () => {
    const failing = { collect: (): Promise<CollectionResult> => Promise.reject(new Error('down')) };
    const throwing = {
      collect: (): Promise<CollectionResult> => {
        throw new Error('broken');
      },
    };
    const { url } = await create({ metricProducers: [failing, throwing, sdkProducer()] }).start();
    expect((await samplesAt(url)).size).toBe(1 + 1 + 1 + 4);
  });

  it('is a reader of an SDK meter provider, which ends it', async () => {
    const exporter = create();
    const provider = new MeterProvider({ readers: [exporter] });
    provider.getMeter('sdk').createUpDownCounter('queue').add(-2);
    const { url } = await exporter.start();
    expect((await samplesAt(url)).get(sampleKey('queue', { otel_scope_name: 'sdk' }))?.value).toBe('-2');
    await provider.shutdown();
    await expect(fetch(url)).rejects.toThrow();
  });

  it("answers in a server of the user's own", async () => {
    const exporter = create();
    const server = createServer((request, response) => exporter.getMetricsRequestHandler(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect((await samplesAt(`http://127.0.0.1:${port}/anywhere`)).size).toBe(2);
    server.closeAllConnections();
    server.close();
  });

  it('rejects, and does not throw, when the port is taken', async () => {
    const { port } = await create().start();
    const second = create({ port });
    const failed = second.start();
    await expect(failed).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(second.startServer()).rejects.toThrow('another program listens there');
  });
});
