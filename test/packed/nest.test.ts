import { beforeAll, describe, expect } from 'vitest';
import { startApp, stopApps } from './support/app.ts';
import { scrape } from './support/metrics-page.ts';
import { SOME_NODES } from './support/node-versions.ts';
import { createProject, removeProjects } from './support/project.ts';
import { run } from './support/run.ts';
import { scenario } from './support/scenario.ts';

const VERSIONS = {
  '@swc/core': '1.16.22',
  '@types/node': '20.19.43',
  'reflect-metadata': '0.2.2',
  rxjs: '7.8.2',
  typescript: '5.9.3',
};

interface Report {
  readonly url: string;
  readonly metrics: string;
  readonly metadata: Record<string, unknown>;
}

/** Metadata as it is without our decorators: what Nest's and the compiler's put there. */
const METADATA = {
  constructor: ['Prices', 'Stock'],
  show: {
    parameters: ['Number', 'String'],
    result: 'Object',
    path: ':id',
    role: 'reader',
    arguments: ['4:1', '5:0'],
  },
  place: { parameters: ['Order'], result: 'Promise', path: '/', status: 202, arguments: ['3:0'] },
  list: { parameters: [], result: 'Array', path: '/', status: 203, arguments: [] },
  of: { parameters: ['Order'], result: 'Promise', arguments: [] },
  // Only its class is decorated, so the compiler notes nothing.
  reserve: { arguments: [] },
};

stopApps();
removeProjects();

describe.each([
  { nest: '12.5.1', type: 'module', modules: 'ES modules' },
  { nest: '11.2.10', type: 'commonjs', modules: 'CommonJS' },
] as const)('NestJS $nest as $modules', ({ nest, type, modules }) => {
  const dependencies = {
    ...VERSIONS,
    '@nestjs/common': nest,
    '@nestjs/core': nest,
    '@nestjs/platform-express': nest,
  };
  let cwd: string;
  beforeAll(async () => {
    cwd = await createProject('nest', { type, dependencies });
  });

  describe.each([
    [`tsc ${VERSIONS.typescript}`, ['node_modules/typescript/bin/tsc']],
    [`swc ${VERSIONS['@swc/core']}`, ['build-with-swc.cjs', type === 'module' ? 'es6' : 'commonjs']],
  ] as const)('by %s', (compiler, command) => {
    beforeAll(() => run('node', command, { cwd }));

    scenario(`NestJS ${nest} as ${modules}, by ${compiler}, legacy decorators`, SOME_NODES, async (node) => {
      const { report, stop } = await startApp<Report>({ node, cwd, file: 'dist/main.js' });
      expect(report.metadata).toEqual(METADATA);
      await checkRoutes(report.url);
      await checkMetrics(report.metrics);
      await stop();
    });
  });
});

/** Asks for each route, well and badly. */
async function checkRoutes(url: string): Promise<void> {
  const answer = async (path: string, init?: RequestInit): Promise<unknown> => {
    const response = await fetch(`${url}/orders${path}`, init);
    const body = (await response.json()) as Record<string, unknown>;
    return response.ok ? { status: response.status, body } : response.status;
  };
  const place = (order: object): Promise<unknown> =>
    answer('', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(order),
    });
  const reader = { headers: { role: 'reader' } };
  expect(await answer('/7?size=xl', reader)).toEqual({ status: 200, body: { id: 7, size: 'xl' } });
  // The guard reads the role, and the pipe the type, from metadata of the decorated method.
  expect(await answer('/7')).toBe(403);
  expect(await answer('/seven', reader)).toBe(400);
  const placed = { price: 6, reserved: '2 of tea' };
  expect(await place({ sku: 'tea', quantity: 2 })).toEqual({ status: 202, body: placed });
  expect(await place({ sku: 'unknown', quantity: 2 })).toBe(404);
  expect(await answer('')).toEqual({ status: 203, body: [1, 2, 7] });
}

/** What refused before it reached the method is not a call of it. */
async function checkMetrics(metrics: string): Promise<void> {
  const page = await scrape(metrics);
  const calls = page.samples
    .filter(({ name }) => name.endsWith('_calls_total'))
    .map(({ name, labels, value }) => [name, labels.function, labels.error_type, value]);
  expect(calls.sort()).toEqual([
    ['OrdersController_list_calls_total', 'OrdersController.list', 'none', 1],
    ['orders_place_calls_total', 'OrdersController.place', 'NotFoundException', 1],
    ['orders_place_calls_total', 'OrdersController.place', 'none', 1],
    ['orders_show_calls_total', 'OrdersController.show', 'none', 1],
    ['prices_of_calls_total', 'Prices.of', 'NotFoundException', 1],
    ['prices_of_calls_total', 'Prices.of', 'none', 1],
    ['stock_reserve_calls_total', 'Stock.reserve', 'none', 1],
  ]);
}
