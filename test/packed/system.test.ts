import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect } from 'vitest';
import { startApp, stopApps } from './support/app.ts';
import { EVERY_NODE, SOME_NODES } from './support/node-versions.ts';
import { createProject, removeProjects } from './support/project.ts';
import { scenario } from './support/scenario.ts';

let byNpm: string;
let byPnpm: string;
let withSdk: string;

stopApps();
removeProjects();
beforeAll(async () => {
  byNpm = await createProject('system', { dependencies: {} });
  byPnpm = await createProject('system', { dependencies: {} }, 'pnpm');
  withSdk = await createProject('system', { dependencies: { '@opentelemetry/sdk-metrics': '2.12.0' } });
});

/** One metric of each group; garbage is collected when V8 wants to, and not every machine has swap or is a container. */
const SHOWN = [
  'system_cpu_time_seconds_total',
  'system_memory_usage_bytes',
  'process_memory_usage_bytes',
  'process_context_switches_total',
  'nodejs_eventloop_delay_max_seconds',
  'nodejs_eventloop_utilization_ratio',
  'v8js_memory_heap_used_bytes',
  'v8js_resource_active',
  'instrument_build_info',
];
const SHOWN_ON_LINUX = [
  'system_cpu_load_average_1m',
  'system_paging_faults_total',
  'system_disk_io_bytes_total',
  'system_network_io_bytes_total',
  'system_filesystem_usage_bytes',
  'process_unix_file_descriptor_count',
];
const wanted = process.platform === 'linux' ? [...SHOWN, ...SHOWN_ON_LINUX] : SHOWN;

/** Scrapes until everything is there: the event loop's delay is once its timer has ticked. */
async function scrape(node: string, cwd: string, file: string): Promise<void> {
  const { report, stop } = await startApp<{ url: string }>({ node, cwd, file });
  const missing = async (): Promise<string[]> => {
    const text = await (await fetch(report.url)).text();
    return wanted.filter((name) => !new RegExp(`^${name}(?:\\{.*\\})? \\d`, 'm').test(text));
  };
  await expect.poll(missing, { timeout: 5_000 }).toEqual([]);
  await stop();
}

describe('system metrics', () => {
  scenario('System metrics, ES module', EVERY_NODE, (node) => scrape(node, byNpm, 'esm.mjs'));
  scenario('System metrics, CommonJS', SOME_NODES, (node) => scrape(node, byNpm, 'commonjs.cjs'));
  scenario('System metrics, installed by pnpm', SOME_NODES, (node) => scrape(node, byPnpm, 'esm.mjs'));

  scenario('System metrics on the OpenTelemetry SDK 2.12', SOME_NODES, async (node) => {
    const { stdout, stderr, status } = spawnSync(node, ['sdk.mjs'], {
      cwd: withSdk,
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    const { names, errors } = JSON.parse(stdout) as { names: string[]; errors: unknown[] };
    expect(errors).toEqual([]);
    expect(names).toContain('process.cpu.time');
    expect(names).toContain('system.memory.usage');
  });
});
