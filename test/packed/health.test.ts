import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect } from 'vitest';
import { startApp, stopApps } from './support/app.ts';
import { EVERY_NODE, SOME_NODES } from './support/node-versions.ts';
import { createProject, removeProjects } from './support/project.ts';
import { scenario } from './support/scenario.ts';

let byNpm: string;
let byPnpm: string;
let withGrpc: string;

stopApps();
removeProjects();
beforeAll(async () => {
  byNpm = await createProject('health', { dependencies: {} });
  byPnpm = await createProject('health', { dependencies: {} }, 'pnpm');
  withGrpc = await createProject('health', {
    dependencies: { '@grpc/grpc-js': '1.14.7', '@grpc/proto-loader': '0.8.0', 'grpc-health-check': '2.1.0' },
  });
});

async function answer(url: string): Promise<[number, string]> {
  const response = await fetch(url);
  return [response.status, (await response.text()).trim()];
}

/** Asks for the probes, breaks what the application depends on, and asks again. */
async function probe(node: string, cwd: string, file: string): Promise<void> {
  const { report, stop } = await startApp<{ url: string; health: string }>({ node, cwd, file });
  expect(await answer(`${report.url}/readyz`)).toEqual([200, 'ok']);
  const [status, body] = await answer(report.health);
  expect([status, JSON.parse(body).status]).toEqual([200, 'pass']);
  expect(await answer(`${report.url}/break`)).toEqual([200, 'broken']);
  expect((await answer(`${report.url}/readyz`))[0]).toBe(503);
  expect((await answer(`${report.url}/livez`))[0]).toBe(200);
  const broken = JSON.parse((await answer(report.health))[1]);
  expect(broken).toMatchObject({ status: 'fail', rootCauses: ['database'] });
  expect(broken.checks.orders[0]).toMatchObject({ status: 'warn', affectedBy: ['database'] });
  await stop();
}

describe('health', () => {
  scenario('Health probes, ES module', EVERY_NODE, (node) => probe(node, byNpm, 'esm.mjs'));
  scenario('Health probes, CommonJS', SOME_NODES, (node) => probe(node, byNpm, 'commonjs.cjs'));
  scenario('Health probes, installed by pnpm', SOME_NODES, (node) => probe(node, byPnpm, 'esm.mjs'));

  scenario('gRPC health protocol, grpc-health-check 2.1.0', SOME_NODES, async (node) => {
    const { stdout, stderr, status } = spawnSync(node, ['grpc.mjs'], {
      cwd: withGrpc,
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    // 1: SERVING, 2: NOT_SERVING; 5: the status code NOT_FOUND.
    expect(JSON.parse(stdout).report).toEqual(['SERVING', 'SERVING', 5, 'NOT_SERVING'].map(statusOf));
  });
});

function statusOf(word: string | number): string | number {
  return word === 'SERVING' ? 1 : word === 'NOT_SERVING' ? 2 : word;
}
