import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bodyOf, nobody, serve, serveRaw } from './servers.ts';

const ENTRY = [
  'create-channels',
  'webhook/webhook',
  'slack/slack',
  'teams/teams',
  'discord/discord',
  'pagerduty/pager-duty',
]
  .map((path) => `export * from './${path}.ts';`)
  .concat("export { events } from '@org/instrument-core';", "export { diag } from '@opentelemetry/api';")
  .join('\n');
/** Idle connections are closed after four seconds, by whoever is first: a process that waits for that is late. */
const IDLE_MILLIS = 3_000;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'channels-http-'));
  await build({
    stdin: { contents: ENTRY, resolveDir: fileURLToPath(new URL('../../src', import.meta.url)) },
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@org/source'],
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    outfile: join(directory, 'channels.mjs'),
  });
});
afterAll(() => rm(directory, { recursive: true }));

/** Runs a program that has the channels; resolves to what it wrote, and to its exit code. */
async function run(program: string): Promise<{ code: number | null; output: string }> {
  const file = join(directory, `program-${Math.random().toString(36).slice(2)}.mjs`);
  await writeFile(
    file,
    `import { createChannels, webhook, slack, teams, discord, pagerDuty } from './channels.mjs';\n${program}`,
  );
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const killer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const [code] = await once(child, 'close');
  clearTimeout(killer);
  return { code, output };
}

const NOTIFICATION = JSON.stringify({
  id: 'one',
  event: 'alert.firing',
  timestampMillis: 1_700_000_000_000,
  severity: 'error',
  phase: 'triggered',
  key: 'alert/disk',
  title: 'The disk is full',
  text: '',
  source: {},
  payload: {},
});

test('a process ends by itself once it has delivered, though connections are kept', async () => {
  let requests = 0;
  const url = await serve(async (request, response) => {
    await bodyOf(request);
    requests++;
    response.end('{"status":"success"}');
  });
  const { code, output } = await run(`
    const url = ${JSON.stringify(`${url}/hook`)};
    const routingKey = 'e93facc04764012d7bfb002500d5d1a6';
    const channels = [webhook({ url }), slack({ url }), teams({ url }), discord({ url }), pagerDuty({ url, routingKey })];
    const { signal } = new AbortController();
    for (const channel of channels) await channel.deliver([${NOTIFICATION}], { signal, attempt: 1 });
    const ended = performance.now();
    process.on('exit', () => console.log(performance.now() - ended < ${IDLE_MILLIS} ? 'at once' : 'late'));
  `);
  expect({ code, output: output.trim(), requests }).toEqual({ code: 0, output: 'at once', requests: 5 });
});

test('a process ends by itself once a delivery that hangs was given up', async () => {
  const url = await serveRaw(() => {});
  const { code, output } = await run(`
    const channel = webhook({ url: ${JSON.stringify(`${url}/hook`)} });
    const signal = AbortSignal.timeout(300);
    // Timers of signals keep nothing alive.
    const delivery = channel.deliver([${NOTIFICATION}], { signal, attempt: 1 });
    await delivery.catch((error) => console.log(error.name, error.permanent));
    const ended = performance.now();
    process.on('exit', () => console.log(performance.now() - ended < ${IDLE_MILLIS} ? 'at once' : 'late'));
  `);
  expect({ code, output: output.trim() }).toEqual({ code: 0, output: 'DeliveryError false\nat once' });
});

/** A program that emits some events of its own and has nothing else to do. */
const EMITS = `
  const listeners = [];
  const events = { on: (_, listener) => (listeners.push(listener), () => {}), emit() {} };
  const emit = (n) => { for (const listener of listeners) listener({ severity: 'error', key: 'k' + n }, 'job.failed'); };
`;

test('a process that ends by itself delivers first what only waits for its turn', async () => {
  let requests = 0;
  const url = await serve(async (request, response) => {
    await bodyOf(request);
    // The first is to be tried again.
    response.statusCode = ++requests === 1 ? 503 : 200;
    response.end('ok');
  });
  const { code, output } = await run(`${EMITS}
    const hook = webhook({ url: ${JSON.stringify(url)}, batchSize: 1, rateLimit: { count: 1, per: 50 }, retry: { initialDelay: 50 } });
    const channels = createChannels({ to: [hook], events });
    for (let n = 0; n < 4; n++) emit(n);
    process.on('exit', () => console.log(JSON.stringify(channels.status()[0])));
  `);
  expect(code).toBe(0);
  expect(JSON.parse(output)).toMatchObject({ delivered: 4, waiting: 0, failures: 1 });
  expect(requests).toBe(5);
});

test.each([
  ['a receiver that is down', '', '"down"'],
  ['whoever sees to that otherwise', 'deliverAtEnd: false', '"batch"'],
])('a process that ends by itself does not wait for %s', async (_, option, what) => {
  const url = await serve(async (request, response) => {
    await bodyOf(request);
    response.statusCode = 503;
    response.end();
  });
  const { code, output } = await run(`${EMITS}
    const waits = ${what} === 'batch' ? { batchDelay: '1h' } : { retry: { initialDelay: '1h', maxDelay: '1h' } };
    const hook = webhook({ url: ${JSON.stringify(url)}, ...waits });
    const channels = createChannels({ to: [hook], events, closeTimeout: '${what === '"down"' ? '10m' : '5s'}', ${option} });
    emit(1);
    process.on('exit', () => console.log(JSON.stringify(channels.status()[0])));
  `);
  expect(code).toBe(0);
  expect(JSON.parse(output)).toMatchObject({ delivered: 0, waiting: 0, dead: 1 });
});

test('a process that ends by itself says how many it could not deliver', async () => {
  const away = await nobody();
  const { code, output } = await run(`
    import { diag, events } from './channels.mjs';
    diag.setLogger({ error: (line) => console.log(line), warn() {}, info() {}, debug() {}, verbose() {} });
    createChannels({ to: [slack({ url: ${JSON.stringify(`${away}/services/a`)} })], closeTimeout: '1s' });
    for (const name of ['stock.low', 'stock.gone', 'stock.odd']) events.emit(name, { severity: 'error' });
  `);
  expect(code).toBe(0);
  expect(output.trim().split('\n')).toEqual([
    expect.stringMatching(
      /^channels: 3 notifications for slack were given up: the end came before they could be delivered; last failure: Slack .* cannot be reached/,
    ),
  ]);
});
