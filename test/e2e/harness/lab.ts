import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, inject } from 'vitest';
import { type BackgroundProcess, startProcess } from './background-process.ts';
import { type Collector, type CollectorOptions, createCollector } from './collector.ts';
import { type FirstStatsd, startFirstStatsd } from './first-statsd.ts';
import { createOpenSearch, type OpenSearch } from './opensearch.ts';
import { createPostgres, type Postgres } from './postgres.ts';
import { OTLP_FLAGS, type Prometheus, startPrometheus } from './prometheus.ts';
import { createRedis, type Redis } from './redis.ts';
import {
  type StatsdExporterOptions,
  type StatsdExporterServer,
  startStatsdExporter,
} from './statsd-exporter.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** An application of a test. */
export interface AppOptions {
  /**
   * Its source, an ES module; it finds `@org/instrument` and `@org/instrument-health`, as built, `@opentelemetry/api`,
   * and the clients `redis` and `pg`.
   */
  readonly source: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

/** What one test starts. All of it is stopped when the test ends, and its logs are shown when it fails. */
export interface Lab {
  /** A directory of the test's own, gone after it. */
  readonly directory: string;
  /** A collector that is prepared, and not started. */
  prepareCollector(options?: Pick<CollectorOptions, 'scrape' | 'statsd'>): Promise<Collector>;
  /** A collector that takes OTLP. */
  startCollector(options?: Pick<CollectorOptions, 'scrape' | 'statsd'>): Promise<Collector>;
  /** A Prometheus that scrapes these targets (`host:port`) by the name of their job. */
  startPrometheus(jobs: Readonly<Record<string, string>>): Promise<Prometheus>;
  /** A Prometheus 3 that takes OTLP itself. */
  startOtlpPrometheus(): Promise<Prometheus>;
  /** A statsd_exporter that takes lines. */
  startStatsdExporter(
    observers: StatsdExporterOptions['observers'],
    port?: number,
  ): Promise<StatsdExporterServer>;
  /** The first StatsD, from npm. */
  startFirstStatsd(): Promise<FirstStatsd>;
  /** A Redis that takes connections. */
  startRedis(): Promise<Redis>;
  /** A Postgres that takes connections. */
  startPostgres(): Promise<Postgres>;
  /** An OpenSearch that takes requests. */
  startOpenSearch(): Promise<OpenSearch>;
  /** An application in a process of its own. */
  startApp(options: AppOptions): BackgroundProcess;
  /** An application with a disk of its own, in memory, at a path that nobody else sees. */
  startAppOnDisk(
    options: AppOptions & { readonly disk: string; readonly megabytes: number },
  ): BackgroundProcess;
  /** A program of the workspace: the file is relative to its root. */
  startProgram(
    file: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): BackgroundProcess;
  /** Something else to end with the test. */
  closeAtEnd(close: () => Promise<void> | void): void;
}

/** vitest's `test` with a {@link Lab}. */
export const it = base.extend<{ lab: Lab }>({
  lab: async ({ onTestFailed }, use) => {
    const { lab, stop, logs } = createLab();
    onTestFailed(() => {
      for (const [name, log] of logs()) process.stderr.write(`\n--- log of ${name}\n${tail(log)}\n`);
    });
    try {
      await use(lab);
    } finally {
      await stop();
    }
  },
});

function createLab(): { lab: Lab; stop(): Promise<void>; logs(): [string, string][] } {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'instrument-e2e-')));
  linkPackages(directory);
  const logs: (() => [string, string])[] = [];
  const closers: (() => Promise<void> | void)[] = [];
  let apps = 0;
  let collectors = 0;
  const follow = (name: string, started: BackgroundProcess): BackgroundProcess => {
    closers.push(() => started.kill());
    logs.push(() => [name, `${started.stdout}${started.stderr}`]);
    return started;
  };
  const prepareCollector: Lab['prepareCollector'] = async (options) => {
    const name = `collector ${++collectors}`;
    const own = join(directory, name);
    mkdirSync(own);
    const { collector: program } = inject('programs');
    const collector = await createCollector({ ...options, program, directory: own });
    closers.push(() => collector.kill());
    logs.push(() => [name, collector.log]);
    return collector;
  };
  const lab: Lab = {
    directory,
    prepareCollector,
    async startCollector(options) {
      const collector = await prepareCollector(options);
      await collector.start();
      return collector;
    },
    async startPrometheus(jobs) {
      const prometheus = await startPrometheus({ program: 'prometheus', directory, jobs });
      follow('Prometheus', prometheus.process);
      return prometheus;
    },
    async startOtlpPrometheus() {
      const { prometheus: program } = inject('programs');
      const prometheus = await startPrometheus({ program, directory, flags: OTLP_FLAGS });
      follow('Prometheus 3', prometheus.process);
      return prometheus;
    },
    async startStatsdExporter(observers, port) {
      const { statsdExporter: program } = inject('programs');
      const server = await startStatsdExporter({ program, directory, observers, port });
      follow('statsd_exporter', server.process);
      return server;
    },
    async startFirstStatsd() {
      const server = await startFirstStatsd(directory);
      follow('StatsD', server.process);
      return server;
    },
    async startRedis() {
      const redis = await createRedis({ directory });
      closers.push(() => redis.end());
      logs.push(() => ['Redis', redis.log]);
      await redis.start();
      return redis;
    },
    async startPostgres() {
      const postgres = await createPostgres();
      closers.push(async () => {
        await postgres.end();
        postgres.remove();
      });
      logs.push(() => ['Postgres', postgres.log]);
      await postgres.start();
      return postgres;
    },
    async startOpenSearch() {
      const { classPath } = inject('openSearch');
      const server = await createOpenSearch({ classPath, directory });
      closers.push(() => server.end());
      logs.push(() => ['OpenSearch', server.log]);
      await server.start();
      return server;
    },
    startApp({ source, env = {}, flags = [] }) {
      const file = join(directory, `app-${++apps}.mjs`);
      writeFileSync(file, source);
      const options = { command: process.execPath, args: [...flags, file], cwd: directory, env, ipc: true };
      return follow(`application ${apps}`, startProcess(options));
    },
    startAppOnDisk({ source, env = {}, flags = [], disk, megabytes }) {
      const file = join(directory, `app-${++apps}.mjs`);
      writeFileSync(file, source);
      mkdirSync(disk, { recursive: true });
      // A user and mount namespace of its own: neither needs privileges, nor touches what is mounted outside.
      const script = 'mount -t tmpfs -o size="$1"m disk "$2" && shift 2 && exec "$@"';
      const args = [
        '--user',
        '--map-root-user',
        '--mount',
        'sh',
        '-c',
        script,
        'sh',
        String(megabytes),
        disk,
      ];
      const options = {
        command: 'unshare',
        args: [...args, process.execPath, ...flags, file],
        cwd: directory,
        env: { ...env, DISK: disk },
        ipc: true,
      };
      return follow(`application ${apps}`, startProcess(options));
    },
    startProgram(file, args, env = {}) {
      const options = { command: process.execPath, args: [join(root, file), ...args], cwd: directory, env };
      return follow(file, startProcess(options));
    },
    closeAtEnd: (close) => void closers.push(close),
  };
  const stop = async (): Promise<void> => {
    await Promise.all(closers.map((close) => close()));
    rmSync(directory, { recursive: true, force: true });
  };
  return { lab, stop, logs: () => logs.map((log) => log()) };
}

/** Makes the packages of the workspace those of the applications in the directory, as if they were installed. */
function linkPackages(directory: string): void {
  const own = join(root, 'packages', 'instrument');
  const links = {
    '@org/instrument': own,
    '@org/instrument-audit': join(root, 'packages', 'audit'),
    '@org/instrument-health': join(root, 'packages', 'health'),
    '@opentelemetry/api': join(own, 'node_modules', '@opentelemetry', 'api'),
    redis: join(root, 'test', 'node_modules', 'redis'),
    pg: join(root, 'test', 'node_modules', 'pg'),
  };
  for (const [name, target] of Object.entries(links)) {
    const link = join(directory, 'node_modules', name);
    mkdirSync(join(link, '..'), { recursive: true });
    symlinkSync(realpathSync(target), link);
  }
}

/** The end of a log, where what matters usually is. */
function tail(log: string): string {
  return log.split('\n').slice(-60).join('\n');
}
