import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect } from 'vitest';
import { startApp, stopApps } from './support/app.ts';
import { type MetricsPage, scrape } from './support/metrics-page.ts';
import { EVERY_NODE, SOME_NODES } from './support/node-versions.ts';
import { createProject, removeProjects } from './support/project.ts';
import { run } from './support/run.ts';
import { check, scenario } from './support/scenario.ts';

let byNpm: string;
let byPnpm: string;
let withPackages: string;
let withPackagesByPnpm: string;
let typed: string;

const PACKAGES = { dependencies: { 'cli-progress': '3.12.0', piscina: '5.3.2' } };

stopApps();
removeProjects();
beforeAll(async () => {
  byNpm = await createProject('executions', { dependencies: {} });
  byPnpm = await createProject('executions', { dependencies: {} }, 'pnpm');
  withPackages = await createProject('executions', PACKAGES);
  withPackagesByPnpm = await createProject('executions', PACKAGES, 'pnpm');
  const compiler = { typescript: '5.9.3', '@types/node': '20.19.43' };
  typed = await createProject('executions', { dependencies: { ...PACKAGES.dependencies, ...compiler } });
});

/** Names and types of metrics, as `/metrics` declares them. */
async function typesOf(url: string, prefix: string): Promise<Record<string, string>> {
  const text = await (await fetch(url)).text();
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]);
  return Object.fromEntries(types.filter(([name = '']) => name.startsWith(prefix)));
}

/** A batch that is through and one under way, a map and a pipeline, as `/metrics` shows them. */
async function nightly(node: string, cwd: string, file: string): Promise<void> {
  const { report, stop } = await startApp<{ url: string; outcomes: string[]; lengths: number[] }>({
    node,
    cwd,
    file,
  });
  expect(report.lengths).toEqual([1, 2, 3]);
  expect(report.outcomes).toEqual(['nightly completed 10', 'lengths completed 3']);
  expect(await typesOf(report.url, 'nightly_')).toEqual({
    nightly_executions_total: 'counter',
    nightly_execution_duration_seconds: 'histogram',
    nightly_executions_active: 'gauge',
    nightly_items_processed_total: 'counter',
    nightly_items_failed_total: 'counter',
    nightly_items_remaining: 'gauge',
    nightly_throughput_per_second: 'gauge',
    nightly_errors_total: 'counter',
    nightly_chunks_total: 'counter',
    nightly_chunk_duration_seconds: 'histogram',
    nightly_workers_active: 'gauge',
    nightly_workers_started_total: 'counter',
  });
  const page = await scrape(report.url);
  const through = { error_type: 'none', success: 'true' };
  expect(page.of('nightly_executions_total')).toEqual([{ ...through, value: 1 }]);
  expect(page.of('nightly_execution_duration_seconds_count')).toEqual([{ ...through, value: 1 }]);
  expect(page.of('nightly_chunks_total')).toEqual([{ ...through, value: 2 }]);
  expect(page.of('nightly_items_processed_total')).toEqual([{ value: 50 }]);
  expect(page.of('nightly_items_remaining')).toEqual([{ value: 60 }]);
  expect(page.of('nightly_workers_active')).toEqual([{ value: 2 }]);
  expect(page.of('nightly_executions_active')).toEqual([{ value: 1 }]);
  expect(page.of('nightly_errors_total')).toEqual([{ error_type: 'RangeError', scope: 'item', value: 1 }]);
  expect(page.of('nightly_throughput_per_second')).toEqual([
    { value: expect.toSatisfy((rate: number) => rate > 0) },
  ]);
  expect(page.of('lengths_items_processed_total')).toEqual([{ value: 3 }]);
  const ingested = {
    site: 'north',
    source: 'mqtt',
    domain: 'climate',
    entity: 'temperature',
    success: 'true',
  };
  expect(page.of('ingest_events_total')).toEqual([{ ...ingested, value: 1 }]);
  expect(page.of('ingest_event_duration_seconds_sum')).toEqual([{ ...ingested, value: 0.005 }]);
  expect(page.of('ingest_errors_total')).toEqual([
    { site: 'north', error_type: 'RangeError', component: 'writer', severity: 'critical', value: 1 },
  ]);
  await stop();
}

/** A pool of threads that works for an execution. */
async function pool(node: string, cwd: string): Promise<void> {
  const { report, stop } = await startApp<{ url: string; results: unknown[] }>({
    node,
    cwd,
    file: 'pool.mjs',
  });
  expect(report.results).toEqual([1, 2, 3, 4, 5, 'RangeError']);
  const page: MetricsPage = await scrape(report.url);
  expect(page.of('thumbnails_tasks_total')).toEqual([
    { error_type: 'RangeError', success: 'false', value: 1 },
    { error_type: 'none', success: 'true', value: 5 },
  ]);
  expect(page.of('thumbnails_items_processed_total')).toEqual([{ value: 6 }]);
  expect(page.of('thumbnails_errors_total')).toEqual([{ error_type: 'RangeError', scope: 'item', value: 1 }]);
  expect(page.of('nightly_workers_started_total')).toEqual([{ value: 2 }]);
  expect(page.of('nightly_items_processed_total')).toEqual([{ value: 6 }]);
  await stop();
}

/** What a bar draws on a terminal, and where there is none. */
function bar(node: string, cwd: string): unknown {
  // Without NODE_PATH, by which packages of the workspace would be found.
  const env = { PATH: process.env.PATH, HOME: process.env.HOME };
  const options = { cwd, env, encoding: 'utf8', timeout: 30_000 } as const;
  const { stdout, stderr, status } = spawnSync(node, ['bar.mjs'], options);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

describe('executions', () => {
  scenario('Executions, ES module', EVERY_NODE, (node) => nightly(node, byNpm, 'esm.mjs'));
  scenario('Executions, CommonJS', SOME_NODES, (node) => nightly(node, byNpm, 'commonjs.cjs'));
  scenario('Executions, installed by pnpm', SOME_NODES, (node) => nightly(node, byPnpm, 'esm.mjs'));
  scenario('Pool of threads, piscina 5.3.2', SOME_NODES, (node) => pool(node, withPackages));
  scenario('Progress bar, cli-progress 3.12.0', SOME_NODES, async (node) => {
    for (const cwd of [withPackages, withPackagesByPnpm]) {
      const terminal = expect.stringMatching(/nightly █+ 100 % · 4\/4 · /);
      expect(bar(node, cwd)).toEqual({ terminal: [terminal, terminal], file: '', warnings: [] });
    }
  });
  scenario('Progress bar without cli-progress', SOME_NODES, async (node) => {
    // Said once, however many bars there are; and nothing is thrown at the person in front of the terminal.
    const warning = expect.stringContaining('Install it: npm install cli-progress.');
    expect(bar(node, byNpm)).toEqual({ terminal: ['', ''], file: '', warnings: [warning] });
  });
  check('TypeScript 5.9.3, a pool of piscina 5.3.2', async () => {
    await run('node', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'], { cwd: typed });
  });
});
