import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { it, type Lab } from './harness/lab.ts';

const DELIVERY = { timeout: 20_000, interval: 25 };
/** How often the process is killed; each time at another moment of its work. */
const KILLS = 20;

/** A server that takes JSON, and answers 202; it can be away. */
async function startReceiver(lab: Lab, port = 0) {
  const bodies: Record<string, unknown>[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    bodies.push({ path: request.url, ...JSON.parse(text) });
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"success"}');
  }).listen(port, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  lab.closeAtEnd(close);
  return { bodies, close, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Checks a Redis, pages somebody, and tells a conversation. */
const ON_CALL = `
  import { init, health } from '@org/instrument';
  import { redisCheck } from '@org/instrument/health';
  import { pagerDuty, slack } from '@org/instrument/channels';
  import { createClient } from 'redis';

  const { REDIS, RECEIVER } = process.env;
  const client = createClient({ url: REDIS, disableOfflineQueue: true, socket: { reconnectStrategy: 50 } });
  client.on('error', () => {});
  await client.connect();
  health.register('redis', redisCheck(client), { interval: 50, downInterval: 50, critical: true });
  const telemetry = init({
    serviceName: 'shop',
    prometheus: { port: 0 },
    health: true,
    channels: [
      slack({ url: RECEIVER + '/slack', rateLimit: false }),
      pagerDuty({ routingKey: 'R'.repeat(32), url: RECEIVER + '/pager' }),
    ],
  });
  await telemetry.ready;
  process.send('ready');
  process.on('message', async () => {
    const text = await (await fetch(telemetry.endpoints.prometheus)).text();
    process.send({ metrics: text });
  });`;

describe('an outage', () => {
  it('pages somebody and tells the conversation; its end resolves the incident', async ({ lab }) => {
    const redis = await lab.startRedis();
    const receiver = await startReceiver(lab);
    const app = lab.startApp({ source: ON_CALL, env: { REDIS: redis.url, RECEIVER: receiver.url } });
    let isReady = false;
    app.child.once('message', () => {
      isReady = true;
    });
    await app.ready(() => isReady, 'The application');
    const of = (path: string) => receiver.bodies.filter((body) => body.path === path);
    await redis.kill();
    await expect
      .poll(() => of('/pager').map(({ event_action }) => event_action), DELIVERY)
      .toContain('trigger');
    await redis.start();
    await expect
      .poll(() => of('/pager').map(({ event_action }) => event_action), DELIVERY)
      .toContain('resolve');
    const ofRedis = of('/pager').filter(({ dedup_key }) => String(dedup_key).endsWith('health/redis'));
    expect(ofRedis.map(({ event_action }) => event_action)).toEqual(['trigger', 'resolve']);
    expect(new Set(ofRedis.map(({ dedup_key }) => dedup_key)).size).toBe(1);
    expect(of('/slack').length).toBeGreaterThanOrEqual(2);
    expect(JSON.stringify(of('/slack'))).toContain('redis');

    const metrics = new Promise<string>((resolve) => {
      app.child.on(
        'message',
        (said: { metrics?: string }) => said.metrics !== undefined && resolve(said.metrics),
      );
    });
    app.child.send('metrics');
    expect(await metrics).toMatch(/^instrument_channel_\w+.*channel="pagerDuty".* [1-9]/m);
  });
});

/** Emits without a pause; what it has emitted is told on standard output, after that. */
const BUSY = `
  import { writeSync } from 'node:fs';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { events, init } from '@org/instrument';
  import { webhook } from '@org/instrument/channels';

  const { RECEIVER, OUTBOX, FROM } = process.env;
  const hook = webhook({ url: RECEIVER, retry: { initialDelay: 20, maxDelay: 100 }, circuitBreaker: false, batchSize: 5 });
  const telemetry = init({ prometheus: false, logLevel: 'none', channels: { directory: OUTBOX, to: [hook] } });
  await telemetry.ready;
  for (let n = Number(FROM); ; n++) {
    events.emit('shop.sold', { title: 'sold ' + n, key: 'till/' + (n % 3), n });
    await Promise.resolve();
    writeSync(1, 'emitted ' + n + '\\n');
    if (n % 4 === 0) await sleep(1);
  }`;

/** Delivers what is left, and ends. */
const REST = `
  import { init } from '@org/instrument';
  import { webhook } from '@org/instrument/channels';
  const hook = webhook({ url: process.env.RECEIVER, retry: { initialDelay: 20, maxDelay: 100 } });
  const channels = { directory: process.env.OUTBOX, to: [hook] };
  const telemetry = init({ prometheus: false, shutdownTimeout: '20s', channels });
  await telemetry.ready;
  await telemetry.flush();
  await telemetry.shutdown();`;

describe('a process that is killed at any moment', () => {
  it('has its notifications delivered by those that come after it: all, in order, at most twice', async ({
    lab,
  }) => {
    const port = await freePort();
    const env = { RECEIVER: `http://127.0.0.1:${port}`, OUTBOX: join(lab.directory, 'outbox') };
    const emitted: number[] = [];
    const received: number[] = [];
    for (let round = 0; round < KILLS; round++) {
      // In every third life nobody is there to take anything.
      const receiver = round % 3 === 2 ? undefined : await startReceiver(lab, port);
      const app = lab.startApp({ source: BUSY, env: { ...env, FROM: String(round * 1_000_000) } });
      await app.ready(() => app.stdout.includes('emitted'), 'The application');
      await new Promise((resolve) => setTimeout(resolve, 10 + round * 11));
      app.child.kill('SIGKILL');
      await app.end;
      for (const [, n] of app.stdout.matchAll(/^emitted (\d+)$/gm)) emitted.push(Number(n));
      received.push(...numbersOf(receiver?.bodies ?? []));
      await receiver?.close();
    }
    const receiver = await startReceiver(lab, port);
    const rest = lab.startApp({ source: REST, env });
    expect(await rest.end).toMatchObject({ code: 0 });
    received.push(...numbersOf(receiver.bodies));

    expect(emitted.length).toBeGreaterThan(KILLS);
    const times = new Map<number, number>();
    for (const n of received) times.set(n, (times.get(n) ?? 0) + 1);
    // What two processes died of sending is not sent a third time: it may have arrived twice.
    const uncertain = deadLetters(env.OUTBOX).filter(({ reason }) => reason === 'uncertain');
    expect(uncertain.length).toBe(deadLetters(env.OUTBOX).length);
    const buried = new Set(uncertain.map(({ notification }) => notification.payload.n));
    expect(emitted.filter((n) => !times.has(n) && !buried.has(n))).toEqual([]);
    expect([...times].filter(([, count]) => count > 2)).toEqual([]);
    for (const till of [0, 1, 2]) {
      const first = [...times.keys()].filter((n) => n % 3 === till);
      expect(first).toEqual([...first].sort((a, b) => a - b));
    }
  });
});

/** What was given up, of all processes. */
function deadLetters(outbox: string): { reason: string; notification: { payload: { n: number } } }[] {
  return letterFiles(outbox).flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line)),
  );
}

/** The files of dead letters, of all slots. */
function letterFiles(outbox: string): string[] {
  return readdirSync(outbox)
    .map((slot) => join(outbox, slot, 'dead-letters.ndjson'))
    .filter((file) => existsSync(file));
}

function numbersOf(bodies: readonly Record<string, unknown>[]): number[] {
  return bodies.flatMap(({ notifications }) =>
    (notifications as { payload: { n: number } }[]).map(({ payload }) => payload.n),
  );
}
