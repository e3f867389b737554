import { createHealth, type Health } from '@org/instrument-health';
import { postgresCheck, type RedisPingable, redisCheck, tcpCheck } from '@org/instrument-health/checks';
import { describe, expect } from 'vitest';
import { connectIoRedis, connectNodeRedis, createPool } from './harness/clients.ts';
import { componentOf } from './harness/component.ts';
import { CHANGE, type HealthLog, logHealth } from './harness/health-log.ts';
import { it, type Lab } from './harness/lab.ts';
import type { Postgres } from './harness/postgres.ts';
import type { Redis } from './harness/redis.ts';

const FAILURE_THRESHOLD = 4;
const SUCCESS_THRESHOLD = 3;
const OPTIONS = {
  interval: 50,
  downInterval: 50,
  failureThreshold: FAILURE_THRESHOLD,
  successThreshold: SUCCESS_THRESHOLD,
} as const;

interface Service {
  readonly redis: Redis;
  readonly postgres: Postgres;
  readonly health: Health;
  readonly log: HealthLog;
}

/** An API that needs a Redis and a Postgres, all of them healthy. */
async function startService(
  lab: Lab,
  connect: (lab: Lab, redis: Redis) => Promise<RedisPingable>,
): Promise<Service> {
  const [redis, postgres] = await Promise.all([lab.startRedis(), lab.startPostgres()]);
  const health = createHealth();
  health.register('api', () => true, { ...OPTIONS, dependsOn: ['redis', 'postgres'] });
  health.register('redis', redisCheck(await connect(lab, redis)), OPTIONS);
  health.register('postgres', postgresCheck(createPool(lab, postgres)), OPTIONS);
  const log = logHealth(lab, health);
  await expect.poll(() => health.report().status, CHANGE).toBe('healthy');
  return { redis, postgres, health, log };
}

describe.each([
  ['node-redis', connectNodeRedis],
  ['ioredis', connectIoRedis],
] as const)('a Redis, asked through %s,', (_, connect) => {
  it('that is stopped makes itself unhealthy by and by, and the API affected by it; both heal when it is back', async ({
    lab,
  }) => {
    const { redis, health, log } = await startService(lab, connect);
    await redis.stop();
    await log.changed('redis', 'unhealthy');
    expect(log.streakBeforeChange('redis')).toEqual({ result: 'unhealthy', count: FAILURE_THRESHOLD });

    const down = health.report();
    expect(down).toMatchObject({ status: 'unhealthy', passes: false, rootCauses: ['redis'] });
    expect(componentOf(down, 'redis')).toMatchObject({ status: 'unhealthy', rootCauses: ['redis'] });
    expect(componentOf(down, 'redis').lastSuccessMillis).toBeLessThan(Date.now());
    expect(componentOf(down, 'api')).toMatchObject({
      status: 'degraded',
      lastResult: 'healthy',
      reason: 'affected by redis',
      affectedBy: ['redis'],
      rootCauses: ['redis'],
    });
    expect(componentOf(down, 'postgres')).toMatchObject({ status: 'healthy', affectedBy: [] });
    expect(health.report({ probe: 'readiness' }).passes).toBe(false);
    expect(health.report({ probe: 'liveness' }).passes).toBe(true);

    await redis.start();
    await log.changed('redis', 'healthy');
    expect(log.streakBeforeChange('redis')).toEqual({ result: 'healthy', count: SUCCESS_THRESHOLD });
    await log.changed('api', 'healthy');
    expect(health.report()).toMatchObject({ status: 'healthy', passes: true, rootCauses: [] });
    expect(componentOf(health.report(), 'api').affectedBy).toEqual([]);
    expect(log.changes('postgres').map(({ to }) => to)).toEqual(['healthy']);
  });
});

describe('a Postgres', () => {
  it('that is killed, then Redis too, is named as a root cause each, and each heals by itself', async ({
    lab,
  }) => {
    const { redis, postgres, health, log } = await startService(lab, connectNodeRedis);
    await postgres.kill();
    await log.changed('postgres', 'unhealthy');
    expect(log.streakBeforeChange('postgres')).toEqual({ result: 'unhealthy', count: FAILURE_THRESHOLD });
    expect(componentOf(health.report(), 'postgres').reason).toMatch('ECONNREFUSED');
    expect(componentOf(health.report(), 'api').rootCauses).toEqual(['postgres']);

    await redis.kill();
    await log.changed('redis', 'unhealthy');
    expect(health.report().rootCauses.toSorted()).toEqual(['postgres', 'redis']);
    expect(componentOf(health.report(), 'api')).toMatchObject({
      affectedBy: ['redis', 'postgres'],
      rootCauses: ['redis', 'postgres'],
    });

    await postgres.start();
    await log.changed('postgres', 'healthy');
    expect(log.streakBeforeChange('postgres')).toEqual({ result: 'healthy', count: SUCCESS_THRESHOLD });
    expect(componentOf(health.report(), 'api').affectedBy).toEqual(['redis']);
    expect(health.report().status).toBe('unhealthy');

    await redis.start();
    await log.changed('api', 'healthy');
    expect(health.report().status).toBe('healthy');
    expect(log.changes().map(({ to }) => to)).toEqual(['healthy', 'unhealthy', 'healthy']);
  });
});

describe('a blip', () => {
  it('that is over before the failures count changes no status', async ({ lab }) => {
    const redis = await lab.startRedis();
    const health = createHealth();
    const options = { ...OPTIONS, failureThreshold: 1_000 };
    health.register('redis', redisCheck(await connectNodeRedis(lab, redis)), options);
    health.register('port', tcpCheck({ host: '127.0.0.1', port: redis.port }), options);
    const log = logHealth(lab, health);
    await log.changed('redis', 'healthy');
    await log.changed('port', 'healthy');
    await redis.kill();
    await expect
      .poll(() => componentOf(health.report(), 'port').consecutiveFailures, CHANGE)
      .toBeGreaterThan(1);
    await expect
      .poll(() => componentOf(health.report(), 'redis').consecutiveFailures, CHANGE)
      .toBeGreaterThan(1);
    expect(componentOf(health.report(), 'port').lastResult).toBe('unhealthy');
    expect(health.report().status).toBe('healthy');
    await redis.start();
    await expect.poll(() => componentOf(health.report(), 'redis').consecutiveFailures, CHANGE).toBe(0);
    expect(log.changes('redis').map(({ to }) => to)).toEqual(['healthy']);
    expect(componentOf(health.report(), 'redis').history.map(({ status }) => status)).toContain('unhealthy');
  });
});
