import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { events } from '@org/instrument-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Channel, type Notification, pagerDuty, slack, webhook } from '../src/channels.ts';
import { resolveConfiguration } from '../src/configuration/resolve-configuration.ts';
import { type InitOptions, InstrumentError, init } from '../src/index.ts';
import { startApp } from './support/start-app.ts';

declare module '@org/instrument-core' {
  interface EventMap {
    'shop.failed': { readonly title: string; readonly severity?: string };
  }
}

const QUIET: InitOptions = { prometheus: false, handleSignals: false, logLevel: 'none' };
const closers: (() => unknown)[] = [];
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'instrument-channels-'));
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  rmSync(directory, { recursive: true });
});

function start(options: InitOptions) {
  const telemetry = init({ ...QUIET, ...options });
  closers.push(() => telemetry.shutdown());
  return telemetry;
}

/** A channel of the user's own, and what it was given. */
function own(name = 'own'): Channel & { readonly given: Notification[] } {
  const given: Notification[] = [];
  return { name, given, deliver: async (batch) => void given.push(...batch) };
}

interface Request {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server that takes everything. */
async function startReceiver() {
  const requests: Request[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    requests.push({ path: request.url ?? '', headers: request.headers, body });
    response.writeHead(202).end('{}');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  return { requests, url: `http://127.0.0.1:${port}` };
}

describe('init({ channels })', () => {
  test('sends events from then on, those too that come before the channels are loaded, in order', async () => {
    const channel = own();
    const telemetry = start({ serviceName: 'shop', environment: 'test', channels: [channel] });
    for (const title of ['a', 'b']) events.emit('shop.failed', { title });
    await telemetry.ready;
    events.emit('shop.failed', { title: 'c' });
    await telemetry.flush();
    expect(channel.given.map(({ title }) => title)).toEqual(['a', 'b', 'c']);
    expect(channel.given[0]?.source).toEqual({
      service: 'shop',
      environment: 'test',
      host: expect.any(String),
      instance: expect.any(String),
    });
  });

  test('takes a channel of the user’s own as it is, whatever else it has', async () => {
    const channel = { ...own(), type: 'slack' };
    const telemetry = start({ channels: [channel] });
    events.emit('shop.failed', { title: 'a' });
    await telemetry.flush();
    expect(channel.given.map(({ title }) => title)).toEqual(['a']);
  });

  test('sets several up in one line', async () => {
    const receiver = await startReceiver();
    const telemetry = start({
      channels: [
        slack({ url: `${receiver.url}/slack` }),
        pagerDuty({ routingKey: 'R'.repeat(32), url: `${receiver.url}/pager` }),
        webhook({ url: `${receiver.url}/hook`, bearer: 'token-of-the-hook' }),
      ],
    });
    await telemetry.ready;
    events.emit('shop.failed', { title: 'Payments fail', severity: 'critical' });
    await telemetry.flush();
    expect(receiver.requests.map(({ path }) => path).sort()).toEqual(['/hook', '/pager', '/slack']);
    for (const { body } of receiver.requests) expect(body).toContain('Payments fail');
  });

  test('delivers at shutdown what has come until then', async () => {
    const channel = own();
    const telemetry = start({ channels: [channel] });
    events.emit('shop.failed', { title: 'last' });
    await telemetry.shutdown();
    expect(channel.given.map(({ title }) => title)).toEqual(['last']);
    events.emit('shop.failed', { title: 'too late' });
    await telemetry.shutdown();
    expect(channel.given).toHaveLength(1);
  });

  test('waits for a channel that hangs no longer than the shutdown may take', async () => {
    const channel: Channel = { name: 'hangs', deliver: () => new Promise(() => {}) };
    const telemetry = start({ channels: [channel], shutdownTimeout: 300 });
    await telemetry.ready;
    events.emit('shop.failed', { title: 'stuck' });
    const begun = performance.now();
    await telemetry.shutdown();
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  test('does nothing where telemetry is disabled', async () => {
    const channel = own();
    const telemetry = start({ mode: 'disabled', channels: [channel] });
    await telemetry.ready;
    events.emit('shop.failed', { title: 'unheard' });
    await telemetry.flush();
    expect(channel.given).toEqual([]);
    expect(events.hears('shop.failed')).toBe(false);
  });

  test('has the next process deliver what this one could not', async () => {
    const outbox = join(directory, 'outbox');
    const source = `
      import { init, events } from '@org/instrument';
      import { webhook } from '@org/instrument/channels';
      const channels = { directory: ${JSON.stringify(outbox)}, to: [webhook({ url: process.env.HOOK, retry: { initialDelay: 50 } })] };
      const telemetry = init({ prometheus: false, logLevel: 'none', channels });
      await telemetry.ready;
      events.emit('shop.failed', { title: process.env.TITLE });
      // What is emitted is on disk at the end of the synchronous stretch of code that emits it.
      await Promise.resolve();
      if (process.env.DIES) process.kill(process.pid, 'SIGKILL');
      await telemetry.shutdown();`;
    const first = startApp({ source, env: { HOOK: 'http://127.0.0.1:1/', TITLE: 'first', DIES: '1' } });
    expect((await first.end).signal).toBe('SIGKILL');
    const receiver = await startReceiver();
    const second = startApp({ source, env: { HOOK: receiver.url, TITLE: 'second' } });
    expect(await second.end).toMatchObject({ code: 0 });
    const titles = receiver.requests.flatMap(({ body }) =>
      [...body.matchAll(/"title":"(\w+)"/g)].map(([, title]) => title),
    );
    expect(titles.filter((title) => title === 'first').length).toBeGreaterThan(0);
    expect(titles.filter((title) => title === 'second').length).toBeGreaterThan(0);
  });
});

describe('channels in a configuration file', () => {
  const write = (text: string): void => writeFileSync(join(directory, 'instrument.config.yaml'), text);
  const resolve = (env = {}) => resolveConfiguration(undefined, { env, cwd: directory }).options.channels;

  test('are a list, or settings with one', () => {
    write(`channels:\n  - type: slack\n    url: \${SLACK_URL}\n    minSeverity: error\n`);
    const to = [{ type: 'slack', url: 'https://hooks.slack.com/services/T/B/x', minSeverity: 'error' }];
    expect(resolve({ SLACK_URL: to[0]?.url })).toEqual({ to });
    write(
      'channels:\n  directory: outbox\n  to:\n    - { type: file, path: events.ndjson, maxBytes: false }\n',
    );
    expect(resolve()).toEqual({
      directory: 'outbox',
      to: [{ type: 'file', path: 'events.ndjson', maxBytes: false }],
    });
  });

  test('are checked with all the rest, by their lines, and without their secrets', () => {
    write(
      [
        'channels:',
        '  - type: slak',
        '    url: https://hooks.slack.com/services/T/B/x',
        '  - type: pagerDuty',
        '    routingKey: 12345',
        '    ocurred: never',
        '    rateLimit: { count: 0, per: 1s }',
        '  - just text',
      ].join('\n'),
    );
    let error: unknown;
    try {
      resolve();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InstrumentError);
    const { problems, message } = error as InstrumentError;
    expect(problems.map(({ path, source }) => [path, source?.replace(/.*:/, '')])).toEqual([
      ['channels[0].type', '2'],
      ['channels[1].routingKey', '5'],
      ['channels[1].ocurred', '6'],
      ['channels[1].rateLimit.count', '7'],
      ['channels[2]', '8'],
    ]);
    expect(problems[0]?.fix).toBe('Did you mean slack?');
    expect(message).not.toContain('12345');
  });

  test.each([
    ['{ type: pagerDuty }', 'channels[0].routingKey'],
    ['{ type: pagerDuty, routingKey: short }', 'channels[0].routingKey'],
    ['{ type: webhook, bearer: x }', 'channels[0].url'],
    ['{ type: slack, token: xoxb-1 }', 'channels[0].channel'],
    ['{ type: email, from: a@example.com, host: mail }', 'channels[0].to'],
    ['{ type: splunk, url: "http://splunk:8088" }', 'channels[0].token'],
  ])('must have what they cannot do without: %s', (channel, path) => {
    write(`channels:\n  - ${channel}\n`);
    expect(() => resolve()).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ path })] }),
    );
  });

  test('that are one alone are told to be a list', () => {
    write('channels: { type: slack, url: "https://hooks.slack.com/services/T/B/x" }\n');
    expect(() => resolve()).toThrow('channels (instrument.config.yaml:1): found one alone, expected a list.');
  });

  test('are made, and deliver', async () => {
    const receiver = await startReceiver();
    write(
      `prometheus: false\nlogLevel: none\nchannels:\n  - type: webhook\n    url: ${receiver.url}\n    bearer: \${TOKEN}\n  - type: file\n    path: events.ndjson\n`,
    );
    const app = startApp({
      cwd: directory,
      env: { TOKEN: 'token-of-the-hook', ONE: import.meta.resolve('@org/instrument') },
      source: `
        const { init, events } = await import(process.env.ONE);
        const telemetry = init();
        events.emit('shop.failed', { title: 'from a file' });
        await telemetry.shutdown();`,
    });
    expect(await app.end).toMatchObject({ code: 0 });
    expect(receiver.requests[0]?.headers.authorization).toBe('Bearer token-of-the-hook');
    expect(readFileSync(join(directory, 'events.ndjson'), 'utf8')).toContain('from a file');
  });

  test('that their factory would refuse keep the process from starting, with all the rest that is wrong', async () => {
    write(
      'prometheus: { port: -1 }\nchannels:\n  - type: webhook\n    url: http://127.0.0.1:1/\n    bearer: a-token\n    basic: { username: a, password: b-password }\n',
    );
    const app = startApp({
      cwd: directory,
      env: { ONE: import.meta.resolve('@org/instrument') },
      source: `
        const { init } = await import(process.env.ONE);
        init();`,
    });
    const { code, stderr } = await app.end;
    expect(code).toBe(1);
    expect(stderr).toContain('prometheus.port (instrument.config.yaml:1)');
    expect(stderr).toContain(
      'channels[0] (instrument.config.yaml:3): found 2 of them, expected one way to prove',
    );
    expect(stderr).not.toMatch(/a-token|b-password/);
  });
});

test.each([
  ['what is no channel', ['slack']],
  ['a channel without deliver()', [{ name: 'mine' }]],
  ['a type, which stands in files only', [{ type: 'slack', url: 'https://hooks.slack.com/services/T/B/x' }]],
  ['one name twice', [own(), own()]],
  ['one name twice, in an object', { to: [own(), own()], directory: 'outbox' }],
  ['one that is in no list', own()],
  ['an unknown setting', { to: [own()], directry: 'outbox' }],
])('%s is refused, without a secret', (_, channels) => {
  const refused = vi.fn(() => init({ ...QUIET, channels: channels as never }));
  expect(refused).toThrow(expect.objectContaining({ code: 'INSTRUMENT_CONFIG_INVALID' }));
  expect(refused).not.toThrow('hooks.slack.com');
});
