import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { beforeAll, describe, expect, vi } from 'vitest';
import { startApp, stopApps } from './support/app.ts';
import { EVERY_NODE, SOME_NODES } from './support/node-versions.ts';
import { createProject, removeProjects } from './support/project.ts';
import { scenario } from './support/scenario.ts';

/** Time for what is delivered to arrive: Slack's channel sends one a second. */
const PATIENCE = { timeout: 20_000, interval: 20 };
const WITH_MAIL = { dependencies: { nodemailer: '10.6.1', 'smtp-server': '3.21.6' } };
const FEW = 'Few left of 4711';

let byNpm: string;
let byPnpm: string;
let withMail: string;
let withMailByPnpm: string;

stopApps();
removeProjects();
beforeAll(async () => {
  byNpm = await createProject('channels', { dependencies: {} });
  byPnpm = await createProject('channels', { dependencies: {} }, 'pnpm');
  withMail = await createProject('channels', WITH_MAIL);
  withMailByPnpm = await createProject('channels', WITH_MAIL, 'pnpm');
});

/** What channels post to. */
interface Inbox {
  readonly url: string;
  /** Whether it answers that it cannot take anything now. */
  isAway: boolean;
  /** Bodies that it took at a path. */
  at(path: string): unknown[];
  /** How often it said that it is away. */
  refused(): number;
}

async function withInbox(work: (inbox: Inbox) => Promise<void>): Promise<void> {
  const taken: { path: string | undefined; body: unknown }[] = [];
  let refused = 0;
  const server = createServer(async (request, response) => {
    // What a process that was killed left half sent has not arrived.
    const body = await json(request).catch(() => undefined);
    if (body === undefined) return;
    if (inbox.isAway) refused++;
    else taken.push({ path: request.url, body });
    response.writeHead(inbox.isAway ? 503 : 200).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const inbox: Inbox = {
    url: `http://127.0.0.1:${port}`,
    isAway: false,
    at: (path) => taken.filter((request) => request.path === path).map(({ body }) => body),
    refused: () => refused,
  };
  try {
    await work(inbox);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

interface Notice {
  readonly id: string;
  readonly title: string;
  readonly source: { readonly service: string };
  readonly payload: Record<string, unknown>;
}

/** What arrived by each channel. */
function arrivals(inbox: Inbox, outbox: string) {
  const webhook = inbox.at('/webhook') as { version: number; notifications: Notice[] }[];
  const lines = readFileSync(join(outbox, 'events.ndjson'), 'utf8').trim().split('\n');
  return {
    webhook: webhook.flatMap(({ notifications }) => notifications),
    slack: inbox.at('/slack').map((message) => JSON.stringify(message)),
    file: lines.map((line) => JSON.parse(line) as Notice),
    own: inbox.at('/own') as Notice[],
  };
}

const titles = (notices: readonly Notice[]): string[] => notices.map(({ title }) => title);

function outboxIn(cwd: string): string {
  return mkdtempSync(join(cwd, 'outbox-'));
}

/** An event reaches a webhook, Slack, a file and a channel of the application's own, once each. */
async function deliver(node: string, cwd: string, file: string): Promise<void> {
  await withInbox(async (inbox) => {
    const outbox = outboxIn(cwd);
    const env = { INBOX: inbox.url, OUTBOX: outbox, STOCK: '4711' };
    const { stop } = await startApp<{ pid: number }>({ node, cwd, file, env });
    await vi.waitFor(() => {
      const { webhook, slack, own } = arrivals(inbox, outbox);
      expect([webhook.length, slack.length, own.length]).toEqual([1, 1, 1]);
    }, PATIENCE);
    await stop();
    const { webhook, slack, file: lines, own } = arrivals(inbox, outbox);
    expect([titles(webhook), titles(lines), titles(own)]).toEqual([[FEW], [FEW], [FEW]]);
    expect(slack).toEqual([expect.stringContaining(FEW)]);
    expect(own[0]).toMatchObject({ event: 'stock.low', severity: 'warning', source: { service: 'shop' } });
    expect(inbox.at('/webhook')).toEqual([{ version: 1, notifications: own }]);
    expect(JSON.stringify([own, lines, slack])).not.toContain('hidden');
  });
}

/** What a killed process left is delivered by the next one. */
async function killAndRestart(node: string, cwd: string): Promise<void> {
  await withInbox(async (inbox) => {
    const outbox = outboxIn(cwd);
    const app = { node, cwd, file: 'esm.mjs' };
    const env = { INBOX: inbox.url, OUTBOX: outbox };
    inbox.isAway = true;
    const { report } = await startApp<{ pid: number }>({ ...app, env: { ...env, STOCK: '4711,4712' } });
    await vi.waitFor(() => expect(inbox.refused()).toBeGreaterThan(0), PATIENCE);
    process.kill(report.pid, 'SIGKILL');
    await vi.waitFor(() => expect(() => process.kill(report.pid, 0)).toThrow('ESRCH'), PATIENCE);
    inbox.isAway = false;
    const { stop } = await startApp<{ pid: number }>({ ...app, env });
    const both = [FEW, 'Few left of 4712'];
    await vi.waitFor(() => {
      const { webhook, slack, own } = arrivals(inbox, outbox);
      expect([titles(webhook).sort(), slack.length, titles(own).sort()]).toEqual([both, 2, both]);
    }, PATIENCE);
    await stop();
    // The kill may have come before the file's channel had noted what it had written.
    expect([...new Set(titles(arrivals(inbox, outbox).file))].sort()).toEqual(both);
  });
}

/** The configuration file names the channels. */
async function configured(node: string, project: string): Promise<void> {
  await withInbox(async (inbox) => {
    const cwd = join(project, 'configured');
    const outbox = outboxIn(project);
    const env = { INBOX: inbox.url, OUTBOX: outbox };
    const flags = ['--import', '@org/instrument/register'];
    const { stop } = await startApp({ node, cwd, file: 'app.mjs', flags, env });
    await vi.waitFor(() => {
      const { webhook, slack, file } = arrivals(inbox, outbox);
      expect([webhook.length, slack.length, file.length]).toEqual([1, 1, 2]);
    }, PATIENCE);
    await stop();
    const { webhook, slack, file } = arrivals(inbox, outbox);
    expect(titles(webhook)).toEqual([FEW]);
    expect(slack).toEqual([expect.stringContaining(`warning: ${FEW} (shop)`)]);
    expect(titles(file)).toEqual([FEW, 'Counted 4711']);
  });
}

/** Runs a program to its end. */
function output(node: string, cwd: string, args: readonly string[]): string {
  // Without NODE_PATH, by which packages of the workspace would be found.
  const env = { PATH: process.env.PATH, HOME: process.env.HOME };
  const { stdout, stderr, status } = spawnSync(node, args, { cwd, env, encoding: 'utf8', timeout: 60_000 });
  expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' });
  return stdout;
}

const said = (node: string, cwd: string, file: string): unknown => JSON.parse(output(node, cwd, [file]));

/** A mail arrives. */
async function mail(node: string, cwd: string): Promise<void> {
  const to = ['ops@example.org', 'ada@example.org'];
  const subject = expect.stringContaining(FEW);
  expect(said(node, cwd, 'mail.mjs')).toEqual([{ from: 'shop@example.org', to, subject }]);
}

/** A file that asks for mails, without nodemailer: said on standard error, and the other channels work. */
async function configuredWithoutMailer(node: string, project: string): Promise<void> {
  const outbox = outboxIn(project);
  const args = ['--import', '@org/instrument/register', '--eval', EMIT];
  const { stderr, status } = spawnSync(node, args, {
    cwd: project,
    env: { PATH: process.env.PATH, OUTBOX: outbox, INSTRUMENT_CONFIG: 'configured/with-mail.yaml' },
    encoding: 'utf8',
    timeout: 30_000,
  });
  expect(status).toBe(0);
  expect(stderr).toMatch(/of type email[\s\S]*npm install nodemailer/);
  expect(readFileSync(join(outbox, 'events.ndjson'), 'utf8')).toContain(FEW);
}
const EMIT = `import('@org/instrument').then(({ events }) => events.emit('stock.low', { title: '${FEW}' }))`;

describe('channels', () => {
  scenario('Channels, ES module', EVERY_NODE, (node) => deliver(node, byNpm, 'esm.mjs'));
  scenario('Channels, CommonJS', SOME_NODES, (node) => deliver(node, byNpm, 'commonjs.cjs'));
  scenario('Channels, installed by pnpm', SOME_NODES, (node) => deliver(node, byPnpm, 'esm.mjs'));
  scenario('Channels from a configuration file, `--import`', SOME_NODES, (node) => configured(node, byPnpm));
  scenario('Channels, killed and started again', SOME_NODES, (node) => killAndRestart(node, byNpm));
  scenario('Conformance suite of channels, `node --test`', SOME_NODES, async (node) => {
    const report = output(node, byNpm, ['--test', '--test-reporter=tap', 'conformance.mjs']);
    expect(report).toMatch(/^# fail 0$/m);
    expect(Number(/^# pass (\d+)$/m.exec(report)?.[1])).toBeGreaterThan(20);
  });
  scenario('E-mail, nodemailer 10.6.1', SOME_NODES, (node) => mail(node, withMail));
  scenario('E-mail, nodemailer 10.6.1, installed by pnpm', SOME_NODES, (node) => mail(node, withMailByPnpm));
  scenario('E-mail without nodemailer', SOME_NODES, async (node) => {
    const fix = 'Install it: npm install nodemailer';
    expect(said(node, byNpm, 'mail-missing.mjs')).toEqual([
      'InstrumentError',
      'INSTRUMENT_DEPENDENCY_MISSING',
      fix,
    ]);
    await configuredWithoutMailer(node, byNpm);
  });
});
