import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../support/free-port.ts';
import { type BackgroundProcess, startProcess } from './background-process.ts';
import type { Sample } from './prometheus.ts';

/** Prometheus' statsd_exporter, as it runs. */
export interface StatsdExporterServer {
  /** Port of its UDP receiver and of its TCP receiver. */
  readonly port: number;
  /** File of its Unix datagram socket. */
  readonly socket: string;
  /** Its `/metrics`, by the names of the metrics. */
  samples(): Promise<ReadonlyMap<string, readonly Sample[]>>;
}

/** How it is started. */
export interface StatsdExporterOptions {
  readonly program: string;
  /** Where its configuration and its socket go. */
  readonly directory: string;
  /** What values of timers, histograms and distributions become; a list of bounds makes them histograms. */
  readonly observers: 'summary' | readonly number[];
  /** Port of its receivers. Default a free one. */
  readonly port?: number | undefined;
}

/** Starts a statsd_exporter and waits until it answers. */
export async function startStatsdExporter({
  program,
  directory,
  observers,
  port: wanted,
}: StatsdExporterOptions): Promise<StatsdExporterServer & { readonly process: BackgroundProcess }> {
  const [port, web] = [wanted ?? (await freePort()), await freePort()];
  const configuration = join(directory, 'statsd-exporter.yaml');
  const socket = join(directory, 'statsd-exporter.socket');
  const defaults =
    observers === 'summary'
      ? {
          observer_type: 'summary',
          summary_options: { quantiles: [0.5, 0.9, 0.99].map((quantile) => ({ quantile, error: 0.0001 })) },
        }
      : { observer_type: 'histogram', histogram_options: { buckets: observers } };
  // JSON is YAML.
  writeFileSync(configuration, JSON.stringify({ defaults, mappings: [] }));
  const child = startProcess({
    command: program,
    args: [
      `--web.listen-address=127.0.0.1:${web}`,
      `--statsd.listen-udp=127.0.0.1:${port}`,
      `--statsd.listen-tcp=127.0.0.1:${port}`,
      `--statsd.listen-unixgram=${socket}`,
      `--statsd.mapping-config=${configuration}`,
      '--statsd.event-flush-interval=10ms',
    ],
    cwd: directory,
  });
  const url = `http://127.0.0.1:${web}`;
  await child.ready(async () => {
    try {
      return (await fetch(`${url}/-/ready`)).ok;
    } catch {
      return false;
    }
  }, 'statsd_exporter');
  return {
    process: child,
    port,
    socket,
    async samples() {
      const byName = new Map<string, Sample[]>();
      for (const line of (await (await fetch(`${url}/metrics`)).text()).split('\n')) {
        const match = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
        if (match === null) continue;
        const [, name = '', labels = '', value] = match;
        const sample = { labels: labelsOf(labels), value: Number(value) };
        byName.set(name, [...(byName.get(name) ?? []), sample]);
      }
      return byName;
    },
  };
}

function labelsOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
  return Object.fromEntries(
    pairs.map(([, name = '', value = '']) => [
      name,
      value.replace(/\\(.)/g, (_, character) => (character === 'n' ? '\n' : character)),
    ]),
  );
}
