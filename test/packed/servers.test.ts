import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { startOtlpReceiver } from '../../packages/otel/test/otlp-receiver.ts';
import { freePort } from '../support/free-port.ts';
import { startApp, stopApps } from './support/app.ts';
import { type MetricsPage, scrape } from './support/metrics-page.ts';
import { EVERY_NODE, SOME_NODES } from './support/node-versions.ts';
import { createProject, removeProjects } from './support/project.ts';
import { scenario } from './support/scenario.ts';

const VERSIONS = {
  '@fastify/otel': '0.21.2',
  '@opentelemetry/instrumentation-express': '0.71.0',
  '@opentelemetry/instrumentation-http': '0.223.0',
  express: '5.3.0',
  fastify: '5.12.8',
};
const HTTP = `instrumentation-http ${VERSIONS['@opentelemetry/instrumentation-http']}`;
const EXPRESS = `Express ${VERSIONS.express}, instrumentation-express ${VERSIONS['@opentelemetry/instrumentation-express']}`;
const FASTIFY = `Fastify ${VERSIONS.fastify}, @fastify/otel ${VERSIONS['@fastify/otel']}`;
const REGISTER = ['--import', '@org/instrument/register'];

let project: string;

stopApps();
removeProjects();
beforeAll(async () => {
  project = await createProject('servers', { dependencies: VERSIONS });
});

/** The calls that a histogram of instrumentation-http counted, all of its scope, with the labels that are asked for. */
function requests(page: MetricsPage, name: string, labels: readonly string[]): Record<string, unknown>[] {
  const scopes = page.samples.filter((sample) => sample.name === `${name}_count`).map(({ scope }) => scope);
  expect(new Set(scopes)).toEqual(new Set(['@opentelemetry/instrumentation-http']));
  return page
    .of(`${name}_count`)
    .map((sample) => Object.fromEntries([...labels, 'value'].map((label) => [label, sample[label]])));
}

/** Asks for two orders, and checks what Express or Fastify and we have counted. */
async function order(url: string): Promise<void> {
  for (const id of [1, 2]) {
    const response = await fetch(`${url}/orders/${id}`);
    expect(await response.json()).toEqual({ id: String(id), price: id * 3 });
  }
  expect((await fetch(`${url}/nothing`)).status).toBe(404);
}

function checkOrders(page: MetricsPage): void {
  const seen = requests(page, 'http_server_request_duration_seconds', [
    'http_route',
    'http_response_status_code',
  ]);
  expect(seen).toContainEqual({ http_route: '/orders/:id', http_response_status_code: '200', value: 2 });
  expect(page.of('shop_price_calls_total')).toMatchObject([{ success: 'true', value: 2 }]);
}

/** Lets the application ask itself, and checks both sides of the two requests. */
async function relay(node: string, cwd: string, file: string, flags = REGISTER): Promise<void> {
  const port = await freePort();
  const env = { METRICS_PORT: String(port) };
  const { report, stop } = await startApp<{ url: string }>({ node, cwd, file, flags, env });
  expect(await (await fetch(`${report.url}/relay`)).text()).toBe('stock');
  const page = await scrape(`http://127.0.0.1:${port}/metrics`);
  for (const [side, value] of [
    ['client', 1],
    ['server', 2],
  ] as const) {
    const labels = ['http_request_method', 'http_response_status_code'];
    expect(requests(page, `http_${side}_request_duration_seconds`, labels)).toEqual([
      { http_request_method: 'GET', http_response_status_code: '200', value },
    ]);
  }
  await stop();
}

/** Starts an application with `telemetry.mjs` before it, both in `directory`, and orders there. */
async function orderWithHooks(
  node: string,
  cwd: string,
  directory: string,
  file: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const port = await freePort();
  const { report, stop } = await startApp<{ url: string }>({
    node,
    cwd,
    file: `${directory}/${file}`,
    flags: ['--import', `${directory}/telemetry.mjs`],
    env: { METRICS_PORT: String(port), ...env },
  });
  await order(report.url);
  const page = await scrape(`http://127.0.0.1:${port}/metrics`);
  checkOrders(page);
  const statuses = page
    .of('http_server_request_duration_seconds_count')
    .map(({ http_response_status_code: status }) => status);
  expect(statuses).toEqual(['200']);
  await stop();
}

describe('node:http', () => {
  const use = `\`--import\` with ${HTTP} from a configuration file`;
  scenario(`${use}, an ES module`, EVERY_NODE, (node) => relay(node, project, 'http.mjs'));
  scenario(`${use}, CommonJS`, EVERY_NODE, (node) => relay(node, project, 'http.cjs'));
  scenario(`${HTTP}, \`init()\` without hooks, an ES module`, EVERY_NODE, (node) =>
    relay(node, project, 'in-code.mjs', []),
  );
});

it('by `-r` is one service: the thread that loads modules does not record for itself', async () => {
  const receiver = await startOtlpReceiver();
  const env = {
    METRICS_PORT: '0',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_METRIC_EXPORT_INTERVAL: '200',
  };
  const flags = ['-r', '@org/instrument/register'];
  const { report, stop } = await startApp<{ url: string }>({
    node: process.execPath,
    cwd: project,
    file: 'http.mjs',
    flags,
    env,
  });
  expect(await (await fetch(`${report.url}/relay`)).text()).toBe('stock');
  const pushes = (): string[] =>
    receiver.requests.filter(({ path }) => path === '/v1/metrics').map(({ body }) => body.toString());
  await expect.poll(() => pushes().length, { timeout: 10_000 }).toBeGreaterThanOrEqual(5);
  const instances = pushes().map(
    (push) => /"service\.instance\.id","value":\{"stringValue":"([^"]+)"/.exec(push)?.[1],
  );
  expect(new Set(instances).size).toBe(1);
  await stop();
  await receiver.close();
});

describe('node:http, installed by pnpm', () => {
  const dependencies = {
    '@opentelemetry/instrumentation-http': VERSIONS['@opentelemetry/instrumentation-http'],
  };
  let strict: string;
  beforeAll(async () => {
    strict = await createProject('servers', { dependencies }, 'pnpm');
  });

  scenario(`\`--import\` with ${HTTP}, installed by pnpm, CommonJS`, SOME_NODES, (node) =>
    relay(node, strict, 'http.cjs'),
  );

  // register.ts looks for the hook among what the application itself declares, and pnpm shows it nothing else. Make it a
  // scenario once the hook is looked for beside each instrumentation.
  it('patches an ES module though nobody but the instrumentation declares the hook', async () => {
    await relay(process.execPath, strict, 'http.mjs');
  });
});

describe('Express', () => {
  scenario(`${EXPRESS}, \`--import\`, an ES module`, SOME_NODES, async (node) => {
    const port = await freePort();
    const cwd = join(project, 'express');
    const env = { METRICS_PORT: String(port) };
    const options = { node, cwd, file: 'imported.mjs', flags: REGISTER, env };
    const { report, stop } = await startApp<{ url: string }>(options);
    await order(report.url);
    checkOrders(await scrape(`http://127.0.0.1:${port}/metrics`));
    await stop();
  });

  const hooks = `${EXPRESS} with options, \`@org/instrument/hooks\` and \`init()\`, an ES module`;
  scenario(hooks, SOME_NODES, (node) => orderWithHooks(node, join(project, 'hooks'), '.', 'app.mjs'));
  scenario(`${hooks} in a worker thread`, SOME_NODES, (node) =>
    orderWithHooks(node, join(project, 'hooks'), '.', 'worker.mjs', { SERVES_IN: 'worker' }),
  );

  it('is patched wherever the application is started from', async () => {
    await orderWithHooks(process.execPath, '/', join(project, 'hooks'), 'app.mjs');
  });

  scenario(`${EXPRESS}, \`init()\`, CommonJS`, SOME_NODES, async (node) => {
    const options = { node, cwd: join(project, 'express'), file: 'required.cjs' };
    const { report, stop } = await startApp<{ url: string; metrics: string }>(options);
    await order(report.url);
    checkOrders(await scrape(report.metrics));
    await stop();
  });
});

describe('Fastify', () => {
  scenario(`${FASTIFY}, \`init()\`, an ES module`, SOME_NODES, async (node) => {
    const options = { node, cwd: join(project, 'fastify'), file: 'app.mjs' };
    const { report, stop } = await startApp<{ url: string; metrics: string }>(options);
    await order(report.url);
    checkOrders(await scrape(report.metrics));
    const spans = (await (await fetch(`${report.url}/spans`)).json()) as string[];
    // Our span, inside of what the instrumentation opened.
    expect(spans).toContain('@org/instrument: shop.price');
    expect(spans.filter((span) => span === '@fastify/otel: request').length).toBeGreaterThanOrEqual(2);
    await stop();
  });
});
