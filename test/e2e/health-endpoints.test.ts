import { once } from 'node:events';
import { describe, expect } from 'vitest';
import type { BackgroundProcess } from './harness/background-process.ts';
import { CHANGE } from './harness/health-log.ts';
import { it, type Lab } from './harness/lab.ts';
import type { Postgres } from './harness/postgres.ts';
import type { Prometheus } from './harness/prometheus.ts';
import type { Redis } from './harness/redis.ts';

/** Longest time for a process to end after its drain delay: the deadline of a shutdown, and its own end. */
const END_MILLIS = 7_000;
const DRAIN_MILLIS = 2_000;
const SCRAPED = { timeout: 20_000, interval: 100 };

/** Its Redis client connects again by itself, that of Postgres has to be brought back. */
const SOURCE = `
  import { init } from '@org/instrument';
  import { health, postgresCheck, redisCheck } from '@org/instrument/health';
  import pg from 'pg';
  import { createClient } from 'redis';
  const telemetry = init({
    serviceName: 'shop',
    otlp: false,
    traces: false,
    prometheus: { port: 0 },
    health: JSON.parse(process.env.HEALTH),
  });
  const redis = createClient({ url: process.env.REDIS, socket: { reconnectStrategy: () => 50 } });
  redis.on('error', () => {});
  await redis.connect();
  let database;
  const connect = async () => {
    const client = new pg.Client({ connectionString: process.env.POSTGRES });
    client.on('error', () => {});
    await client.connect();
    database = client;
  };
  await connect();
  const options = { interval: 50, downInterval: 50, timeout: 500, cacheTtl: 100 };
  health.register('redis', redisCheck(redis), options);
  health.register('database', postgresCheck({ query: (text) => database.query(text) }), {
    ...options,
    recover: { action: connect, initialDelay: 50, maxDelay: 200 },
  });
  health.register('api', () => true, { ...options, dependsOn: ['redis', 'database'], probes: ['readiness', 'startup'] });
  await telemetry.ready;
  process.send(telemetry.endpoints);`;

interface Shop {
  readonly process: BackgroundProcess;
  /** `host:port` of `/metrics`. */
  readonly target: string;
  /** Status code and text of a path of the server of `/metrics`. */
  get(path: string): Promise<{ status: number; text: string }>;
}

async function openShop(lab: Lab, redis: Redis, postgres: Postgres, health: unknown): Promise<Shop> {
  const env = { REDIS: redis.url, POSTGRES: postgres.url, HEALTH: JSON.stringify(health) };
  const app = lab.startApp({ source: SOURCE, env });
  const [endpoints] = await Promise.race([
    once(app.child, 'message'),
    app.end.then(() => Promise.reject(new Error(`The shop did not open:\n${app.stderr}`))),
  ]);
  const url = new URL(endpoints.prometheus);
  expect(endpoints.health).toBe(`${url.origin}/health`);
  return {
    process: app,
    target: url.host,
    async get(path) {
      // A connection of its own, as probes have.
      const response = await fetch(`${url.origin}${path}`, { headers: { connection: 'close' } });
      return { status: response.status, text: await response.text() };
    },
  };
}

const statusOf = async (shop: Shop, path: string): Promise<number> => (await shop.get(path)).status;

async function expectStatus(prometheus: Prometheus, check: string, value: number): Promise<void> {
  await expect.poll(() => prometheus.sum(`health_status{check="${check}"}`), SCRAPED).toBe(value);
}

describe('a process with health', () => {
  it('answers probes beside /metrics, and tells Prometheus of outages, failures and recoveries', async ({
    lab,
  }) => {
    const [redis, postgres] = await Promise.all([lab.startRedis(), lab.startPostgres()]);
    const shop = await openShop(lab, redis, postgres, true);
    const prometheus = await lab.startPrometheus({ shop: shop.target });
    for (const path of ['/livez', '/readyz', '/startupz', '/health', '/metrics']) {
      await expect.poll(() => statusOf(shop, path), CHANGE).toBe(200);
    }
    for (const check of ['redis', 'database', 'api']) await expectStatus(prometheus, check, 1);

    redis.freeze();
    await expect.poll(() => statusOf(shop, '/readyz'), CHANGE).toBe(503);
    expect(await statusOf(shop, '/readyz/redis')).toBe(503);
    expect(await statusOf(shop, '/readyz/database')).toBe(200);
    expect(await statusOf(shop, '/readyz?exclude=redis')).toBe(200);
    expect(await statusOf(shop, '/livez')).toBe(200);
    expect(await statusOf(shop, '/startupz')).toBe(200);
    const { status, text } = await shop.get('/health');
    expect([status, JSON.parse(text).status]).toEqual([503, 'fail']);
    await expectStatus(prometheus, 'redis', 0);
    await expectStatus(prometheus, 'api', 0.5);
    await expectStatus(prometheus, 'database', 1);
    await expect
      .poll(() => prometheus.sum('health_check_failures_total{check="redis",reason="timeout"}'), SCRAPED)
      .toBeGreaterThanOrEqual(3);
    const fell = 'health_status_transitions_total{check="redis",from="healthy",to="unhealthy"}';
    await expect.poll(() => prometheus.sum(fell), SCRAPED).toBe(1);
    expect(await prometheus.sum('health_check_duration_seconds_count{check="redis"}')).toBeGreaterThan(3);
    redis.thaw();
    await expect.poll(() => statusOf(shop, '/readyz'), CHANGE).toBe(200);
    await expectStatus(prometheus, 'api', 1);

    await postgres.kill();
    await expect.poll(() => statusOf(shop, '/readyz'), CHANGE).toBe(503);
    const attempts = (outcome: string) => (): Promise<number | undefined> =>
      prometheus.sum(`health_recovery_attempts_total{check="database",outcome="${outcome}"}`);
    await expect.poll(attempts('failed'), SCRAPED).toBeGreaterThanOrEqual(2);
    await postgres.start();
    await expect.poll(() => statusOf(shop, '/readyz'), CHANGE).toBe(200);
    await expect.poll(attempts('succeeded'), SCRAPED).toBeGreaterThanOrEqual(1);
    await expectStatus(prometheus, 'database', 1);
    await expect
      .poll(() => prometheus.sum('health_check_failures_total{check="database",reason="error"}'), SCRAPED)
      .toBeGreaterThanOrEqual(3);
  });

  it('that is told to end is not ready at once, serves on while it drains, and ends though all hangs', async ({
    lab,
  }) => {
    const [redis, postgres] = await Promise.all([lab.startRedis(), lab.startPostgres()]);
    const shop = await openShop(lab, redis, postgres, { drainDelay: DRAIN_MILLIS, details: 'always' });
    await expect.poll(() => statusOf(shop, '/readyz'), CHANGE).toBe(200);
    redis.freeze();
    postgres.freeze();
    const told = performance.now();
    shop.process.child.kill('SIGTERM');
    const reasons = async (): Promise<string> => (await shop.get('/readyz')).text;
    await expect.poll(reasons, CHANGE).toMatch('the instance is shutting down');
    expect(await statusOf(shop, '/readyz')).toBe(503);
    expect(await statusOf(shop, '/livez')).toBe(200);
    expect(await statusOf(shop, '/metrics')).toBe(200);
    expect(shop.process.isRunning).toBe(true);
    expect(await shop.process.end).toEqual({ code: null, signal: 'SIGTERM' });
    const took = performance.now() - told;
    expect(took).toBeGreaterThanOrEqual(DRAIN_MILLIS);
    expect(took).toBeLessThan(DRAIN_MILLIS + END_MILLIS);
  });
});
