import { createHealth } from '@org/instrument-health';
import { postgresCheck, redisCheck } from '@org/instrument-health/checks';
import { Client } from 'pg';
import { describe, expect } from 'vitest';
import { connectNodeRedis } from './harness/clients.ts';
import { componentOf } from './harness/component.ts';
import { CHANGE, logHealth } from './harness/health-log.ts';
import { it, type Lab } from './harness/lab.ts';
import type { Postgres } from './harness/postgres.ts';

const OPTIONS = { interval: 50, downInterval: 50, failureThreshold: 2, successThreshold: 2 } as const;
const INITIAL_DELAY_MILLIS = 100;
/** The least that jitter leaves of a delay. */
const LEAST_SHARE = 0.8;

/** A client that does not connect again by itself: after an outage it is of no use. */
async function connectPostgres(lab: Lab, { url }: Postgres): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  lab.closeAtEnd(() => void client.end().catch(() => {}));
  return client;
}

describe('the action that recovers a component', () => {
  it('connects the client again: tried with back-off while the server is away, until it is back', async ({
    lab,
  }) => {
    const postgres = await lab.startPostgres();
    let client = await connectPostgres(lab, postgres);
    const health = createHealth();
    health.register('database', postgresCheck({ query: (text) => client.query(text) }), {
      ...OPTIONS,
      recover: {
        initialDelay: INITIAL_DELAY_MILLIS,
        maxDelay: 4 * INITIAL_DELAY_MILLIS,
        action: async () => {
          client = await connectPostgres(lab, postgres);
        },
      },
    });
    const log = logHealth(lab, health);
    await log.changed('database', 'healthy');
    await postgres.kill();
    await expect.poll(() => log.recoveries('database').length, CHANGE).toBeGreaterThanOrEqual(4);
    const failed = log.recoveries('database').slice(0, 4);
    expect(failed.map(({ attempt, outcome }) => [attempt, outcome])).toEqual(
      [1, 2, 3, 4].map((attempt) => [attempt, 'failed']),
    );
    for (const { error } of failed) expect(error).toMatch('ECONNREFUSED');
    const { recovery } = componentOf(health.report(), 'database');
    expect(recovery).toMatchObject({
      lastOutcome: 'failed',
      lastError: expect.stringMatching('ECONNREFUSED'),
    });
    expect(recovery?.attempts).toBeGreaterThanOrEqual(4);
    const waits = failed.slice(1).map((event, i) => event.timestampMillis - failed[i]!.timestampMillis);
    for (const [i, factor] of [2, 4, 4].entries()) {
      // 1 ms: event times are whole milliseconds.
      expect(waits[i]).toBeGreaterThanOrEqual(INITIAL_DELAY_MILLIS * factor * LEAST_SHARE - 1);
    }

    await postgres.start();
    await log.changed('database', 'healthy');
    expect(log.streakBeforeChange('database')).toEqual({ result: 'healthy', count: 2 });
    expect(log.recoveries('database').at(-1)).toMatchObject({ outcome: 'succeeded', error: undefined });
    const attempts = log.recoveries('database').length;
    expect(componentOf(health.report(), 'database').recovery).toMatchObject({
      attempts,
      lastOutcome: 'succeeded',
      lastError: undefined,
    });
    await log.runs('database', 10);
    expect(log.recoveries('database')).toHaveLength(attempts);
  });

  it('starts the server again, each time that it was killed', async ({ lab }) => {
    const redis = await lab.startRedis();
    const health = createHealth();
    health.register('redis', redisCheck(await connectNodeRedis(lab, redis)), {
      ...OPTIONS,
      recover: { initialDelay: INITIAL_DELAY_MILLIS, action: () => redis.start() },
    });
    const log = logHealth(lab, health);
    await log.changed('redis', 'healthy');
    for (const outage of [1, 2]) {
      await redis.kill();
      await log.changed('redis', 'unhealthy');
      await log.changed('redis', 'healthy');
      expect(log.recoveries('redis')[outage - 1]).toMatchObject({ attempt: 1, outcome: 'succeeded' });
    }
    expect(log.changes('redis').map(({ to }) => to)).toEqual([
      'healthy',
      'unhealthy',
      'healthy',
      'unhealthy',
      'healthy',
    ]);
  });

  it('that hangs itself is given up after its timeout, and no other is begun beside it', async ({ lab }) => {
    const redis = await lab.startRedis();
    const client = await connectNodeRedis(lab, redis);
    let running = 0;
    let mostRunning = 0;
    const ask = async (): Promise<void> => {
      mostRunning = Math.max(mostRunning, ++running);
      await client.ping().finally(() => running--);
    };
    const health = createHealth();
    health.register('redis', redisCheck(client), {
      ...OPTIONS,
      timeout: 200,
      recover: { initialDelay: 50, maxDelay: 50, timeout: 100, action: ask },
    });
    const log = logHealth(lab, health);
    await log.changed('redis', 'healthy');
    redis.freeze();
    await expect.poll(() => log.recoveries('redis').length, CHANGE).toBe(1);
    await log.runs('redis', 5);
    expect(log.recoveries('redis')).toEqual([
      expect.objectContaining({ attempt: 1, outcome: 'timeout', error: 'did not end within 100 ms' }),
    ]);
    expect(mostRunning).toBe(1);
    redis.thaw();
    await log.changed('redis', 'healthy');
    expect(running).toBe(0);
  });
});
