import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect } from 'vitest';
import { EVERY_NODE, SOME_NODES } from './support/node-versions.ts';
import { createProject, removeProjects } from './support/project.ts';
import { scenario } from './support/scenario.ts';

let byNpm: string;
let byPnpm: string;
let withSdk: string;

removeProjects();
beforeAll(async () => {
  byNpm = await createProject('statsd', { dependencies: {} });
  byPnpm = await createProject('statsd', { dependencies: {} }, 'pnpm');
  withSdk = await createProject('statsd', { dependencies: { '@opentelemetry/sdk-metrics': '2.12.0' } });
});

/** What an application says on its standard output, as a line of JSON. */
function said(node: string, cwd: string, file: string): unknown {
  // Without NODE_PATH, by which packages of the workspace would be found.
  const env = { PATH: process.env.PATH, HOME: process.env.HOME };
  const { stdout, stderr, status } = spawnSync(node, [file], { cwd, env, encoding: 'utf8', timeout: 30_000 });
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

describe('statsd', () => {
  scenario('StatsD, ES module', EVERY_NODE, async (node) => {
    expect(said(node, byNpm, 'esm.mjs')).toEqual(['orders:2|c|#env:packed,plan:pro']);
  });
  scenario('StatsD, installed by pnpm', SOME_NODES, async (node) => {
    expect(said(node, byPnpm, 'esm.mjs')).toEqual(['orders:2|c|#env:packed,plan:pro']);
  });
  scenario("StatsD, the SDK's own reader, CommonJS", SOME_NODES, async (node) => {
    expect(said(node, withSdk, 'sdk.cjs')).toEqual(['latency,plan=pro:250|ms']);
  });
  scenario('StatsD, Unix datagrams without unix-dgram', SOME_NODES, async (node) => {
    expect(said(node, byPnpm, 'missing.mjs')).toEqual(['INSTRUMENT_DEPENDENCY_MISSING', 'statsd.transport']);
  });
});
