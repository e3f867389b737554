import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../support/free-port.ts';
import { type BackgroundProcess, startProcess } from './background-process.ts';

/** A sample of an instant query. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A running Prometheus. */
export interface Prometheus {
  /** Base URL of its OTLP receiver, if it has one. */
  readonly otlpEndpoint: string;
  /** Answers an instant query of its HTTP API. */
  query(promql: string): Promise<Sample[]>;
  /** The sum over all series of a query; `undefined` when there is none. */
  sum(promql: string): Promise<number | undefined>;
}

/** Flags with which Prometheus 3 takes OTLP, delta temporality too. */
export const OTLP_FLAGS: readonly string[] = [
  '--web.enable-otlp-receiver',
  '--enable-feature=otlp-deltatocumulative',
];

/** How a Prometheus is started. */
export interface PrometheusOptions {
  readonly program: string;
  /** Where its configuration and its data go. */
  readonly directory: string;
  /** Targets (`host:port`) by the name of their job, scraped each second. Default none. */
  readonly jobs?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

/** Starts a Prometheus and waits until it is ready. */
export async function startPrometheus({
  program,
  directory,
  jobs = {},
  flags = [],
}: PrometheusOptions): Promise<Prometheus & { readonly process: BackgroundProcess }> {
  const configuration = join(directory, 'prometheus.yml');
  const scrapeConfigs = Object.entries(jobs).map(([name, target]) => ({
    job_name: name,
    scrape_interval: '1s',
    scrape_timeout: '1s',
    static_configs: [{ targets: [target] }],
  }));
  writeFileSync(configuration, JSON.stringify({ scrape_configs: scrapeConfigs }));
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = startProcess({
    command: program,
    args: [
      `--config.file=${configuration}`,
      `--storage.tsdb.path=${join(directory, 'prometheus')}`,
      `--web.listen-address=${new URL(url).host}`,
      ...flags,
    ],
    cwd: directory,
  });
  await child.ready(async () => {
    try {
      return (await fetch(`${url}/-/ready`)).ok;
    } catch {
      return false;
    }
  }, 'Prometheus');
  const query = async (promql: string): Promise<Sample[]> => {
    const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: promql })}`);
    const answer = (await response.json()) as QueryAnswer;
    if (answer.status !== 'success') throw new Error(`${promql}: ${answer.error}`);
    return answer.data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  };
  return {
    process: child,
    otlpEndpoint: `${url}/api/v1/otlp`,
    query,
    async sum(promql) {
      return (await query(`sum(${promql})`))[0]?.value;
    },
  };
}

interface QueryAnswer {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value: readonly [number, string];
    }[];
  };
}
