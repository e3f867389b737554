import { createHealth } from '@org/instrument-health';
import { cacheCheck, poolCheck, postgresCheck, redisCheck } from '@org/instrument-health/checks';
import { describe, expect } from 'vitest';
import { connectNodeRedis, createPool } from './harness/clients.ts';
import { componentOf } from './harness/component.ts';
import { CHANGE } from './harness/health-log.ts';
import { it } from './harness/lab.ts';

/** One result is enough; each is asked for. */
const AT_ONCE = { failureThreshold: 1, successThreshold: 1 } as const;
const FRESH = { fresh: true } as const;

describe('a pool of connections to Postgres', () => {
  it('that is used up is degraded, with callers in vain unhealthy, and healthy when they are served', async ({
    lab,
  }) => {
    const pool = createPool(lab, await lab.startPostgres(), { max: 2 });
    const health = createHealth();
    health.register('pool', poolCheck(pool, { unhealthyWaiting: 1 }), AT_ONCE);
    health.register('database', postgresCheck(pool), { ...AT_ONCE, timeout: 200 });
    expect((await health.check(FRESH)).status).toBe('healthy');

    const held = [await pool.connect(), await pool.connect()];
    for (const client of held) client.on('error', () => {});
    const saturated = componentOf(await health.check({ ...FRESH, check: 'pool' }), 'pool');
    expect(saturated).toMatchObject({
      status: 'degraded',
      reason: expect.stringMatching('2 of 2 are in use'),
      details: { max: 2, used: 2, idle: 0, waiting: 0 },
    });

    const callers = [pool.query('select 1'), pool.query('select 1')];
    const { passes, components } = await health.check({ ...FRESH, check: 'pool' });
    expect(passes).toBe(false);
    expect(components[0]).toMatchObject({
      status: 'unhealthy',
      reason: expect.stringMatching('2 of 2 are in use'),
      details: { max: 2, used: 2, idle: 0, waiting: 2 },
    });

    // Runs that wait in vain stand in the queue once, however many they are.
    for (let run = 0; run < 4; run++) {
      const waiting = componentOf(await health.check({ ...FRESH, check: 'database' }), 'database');
      expect(waiting).toMatchObject({ status: 'unhealthy', reason: 'did not end within 200 ms' });
    }
    expect(pool.waitingCount).toBe(callers.length + 1);

    for (const client of held) client.release();
    await Promise.all(callers);
    await expect.poll(() => pool.idleCount, CHANGE).toBe(pool.totalCount);
    expect((await health.check(FRESH)).status).toBe('healthy');
  });
});

describe('a Redis that is used as a cache', () => {
  it('is healthy to a ping and unhealthy to the cache check, when it is full and takes no writes', async ({
    lab,
  }) => {
    const client = await connectNodeRedis(lab, await lab.startRedis());
    const health = createHealth();
    health.register('redis', redisCheck(client), AT_ONCE);
    health.register('cache', cacheCheck(client), { ...AT_ONCE, dependsOn: ['redis'] });
    expect((await health.check(FRESH)).status).toBe('healthy');
    expect(await client.dbSize()).toBe(0);

    await client.configSet('maxmemory', '1');
    const full = await health.check(FRESH);
    expect(full).toMatchObject({ status: 'unhealthy', rootCauses: ['cache'] });
    expect(componentOf(full, 'redis').status).toBe('healthy');
    expect(componentOf(full, 'cache').reason).toMatch('OOM');

    await client.configSet('maxmemory', '0');
    expect((await health.check(FRESH)).status).toBe('healthy');
  });

  it('is degraded when look-ups begin to miss, as Redis itself counts them', async ({ lab }) => {
    const client = await connectNodeRedis(lab, await lab.startRedis());
    const stats = async (): Promise<{ hits: number; misses: number }> => {
      const info = await client.info('stats');
      const count = (field: string): number => Number(info.match(new RegExp(`${field}:(\\d+)`))?.[1]);
      return { hits: count('keyspace_hits'), misses: count('keyspace_misses') };
    };
    const health = createHealth();
    health.register('cache', cacheCheck(client, { stats, minHitRatio: 0.5 }), AT_ONCE);
    const lookUp = (key: string): Promise<unknown> =>
      Promise.all(Array.from({ length: 49 }, () => client.get(key)));
    await client.set('known', 'value');
    expect((await health.check(FRESH)).status).toBe('healthy');

    await lookUp('unknown');
    const missed = componentOf(await health.check(FRESH), 'cache');
    expect(missed.status).toBe('degraded');
    expect(missed.reason).toMatch(/^The hit ratio is 2 % of 50 look-ups, below 50 %/);

    await lookUp('known');
    expect((await health.check(FRESH)).status).toBe('healthy');
  });
});
