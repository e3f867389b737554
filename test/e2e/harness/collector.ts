import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../support/free-port.ts';
import { type BackgroundProcess, startProcess } from './background-process.ts';
import { type ReceivedPoint, type ReceivedSpan, readPoints, readSpans } from './otlp-file.ts';

/** How a collector is configured. */
export interface CollectorOptions {
  /** Its program. */
  readonly program: string;
  /** Where its configuration and its files go. */
  readonly directory: string;
  /** URLs of `/metrics` that it scrapes itself, each second. Default none. */
  readonly scrape?: readonly string[];
  /** StatsD receivers, by the name that they get. Default none. */
  readonly statsd?: Readonly<Record<string, StatsdReceiver>>;
}

/** A StatsD receiver of a collector: its settings, beside those that all of them have here. */
export interface StatsdReceiver {
  readonly transport: 'udp' | 'tcp' | 'unixgram';
  /** `host:port`, or the file of a socket. */
  readonly endpoint: string;
}

/** An OpenTelemetry Collector on ports of its own, that can be started, killed, frozen and started again. */
export interface Collector {
  /** Base URL of its OTLP/HTTP receiver. */
  readonly endpoint: string;
  /** URL of its OTLP/gRPC receiver. */
  readonly grpcEndpoint: string;
  /** `host:port` of its Prometheus exporter. */
  readonly prometheusTarget: string;
  /** What it printed, in all its lives. */
  readonly log: string;
  /** Starts it and waits until it takes OTLP. */
  start(): Promise<void>;
  /** SIGKILL: what it has acknowledged and not written yet is lost with it. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open, and nothing answers. */
  freeze(): void;
  /** SIGCONT. */
  thaw(): void;
  /** Spans that it wrote to its file. */
  spans(): ReceivedSpan[];
  /** Data points that it wrote to its file. */
  points(): ReceivedPoint[];
}

/** Prepares a collector; `start()` starts it. */
export async function createCollector({
  program,
  directory,
  scrape = [],
  statsd = {},
}: CollectorOptions): Promise<Collector> {
  const [http, grpc, prometheus] = [await freePort(), await freePort(), await freePort()];
  const files = { traces: join(directory, 'traces.json'), metrics: join(directory, 'metrics.json') };
  // JSON is YAML.
  const configuration = join(directory, 'collector.yaml');
  const written = configurationOf({ http, grpc, prometheus, files, scrape, statsd });
  writeFileSync(configuration, JSON.stringify(written, undefined, 2));
  const lives: BackgroundProcess[] = [];
  const endpoint = `http://127.0.0.1:${http}`;
  return {
    endpoint,
    grpcEndpoint: `http://127.0.0.1:${grpc}`,
    prometheusTarget: `127.0.0.1:${prometheus}`,
    get log(): string {
      return lives.map(({ stdout, stderr }) => `${stdout}${stderr}`).join('');
    },
    async start() {
      const life = startProcess({ command: program, args: [`--config=${configuration}`], cwd: directory });
      lives.push(life);
      await life.ready(() => takesOtlp(endpoint), 'The collector');
    },
    kill: async () => lives.at(-1)?.kill(),
    freeze: () => void lives.at(-1)?.child.kill('SIGSTOP'),
    thaw: () => void lives.at(-1)?.child.kill('SIGCONT'),
    spans: () => readSpans(files.traces),
    points: () => readPoints(files.metrics),
  };
}

interface Layout {
  readonly http: number;
  readonly grpc: number;
  readonly prometheus: number;
  readonly files: { readonly traces: string; readonly metrics: string };
  readonly scrape: readonly string[];
  readonly statsd: Readonly<Record<string, StatsdReceiver>>;
}

/** Distributions become summaries, whose quantiles it takes of the values that it gets. */
const STATSD_SETTINGS = {
  aggregation_interval: '2s',
  is_monotonic_counter: true,
  counter_type: 'float',
  timer_histogram_mapping: ['distribution', 'timing'].map((type) => ({
    statsd_type: type,
    observer_type: 'summary',
    summary: { percentiles: [0, 50, 90, 99, 100] },
  })),
};

function configurationOf({ http, grpc, prometheus, files, scrape, statsd }: Layout): object {
  // What is acknowledged is on disk soon after, and what is there stays when the collector is started again.
  const file = (path: string): object => ({ path, append: true, flush_interval: '10ms' });
  const targets = scrape.map((url) => new URL(url).host);
  const scraper = {
    config: {
      scrape_configs: [{ job_name: 'scraped', scrape_interval: '1s', static_configs: [{ targets }] }],
    },
  };
  return {
    receivers: {
      otlp: {
        protocols: {
          grpc: { endpoint: `127.0.0.1:${grpc}` },
          http: { endpoint: `127.0.0.1:${http}` },
        },
      },
      ...(targets.length === 0 ? {} : { prometheus: scraper }),
      ...Object.fromEntries(
        Object.entries(statsd).map(([name, own]) => [`statsd/${name}`, { ...STATSD_SETTINGS, ...own }]),
      ),
    },
    processors: { batch: { timeout: '50ms' } },
    exporters: {
      debug: { verbosity: 'basic' },
      'file/traces': file(files.traces),
      'file/metrics': file(files.metrics),
      prometheus: {
        endpoint: `127.0.0.1:${prometheus}`,
        resource_to_telemetry_conversion: { enabled: false },
      },
    },
    service: {
      telemetry: { metrics: { level: 'none' }, logs: { level: 'info', encoding: 'console' } },
      pipelines: {
        traces: { receivers: ['otlp'], processors: ['batch'], exporters: ['file/traces', 'debug'] },
        metrics: {
          receivers: [
            'otlp',
            ...(targets.length === 0 ? [] : ['prometheus']),
            ...Object.keys(statsd).map((name) => `statsd/${name}`),
          ],
          processors: ['batch'],
          exporters: ['file/metrics', 'prometheus', 'debug'],
        },
      },
    },
  };
}

async function takesOtlp(endpoint: string): Promise<boolean> {
  try {
    const headers = { 'content-type': 'application/json' };
    const { ok } = await fetch(`${endpoint}/v1/traces`, { method: 'POST', headers, body: '{}' });
    return ok;
  } catch {
    return false;
  }
}
