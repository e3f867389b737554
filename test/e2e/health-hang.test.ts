import { createHealth } from '@org/instrument-health';
import { postgresCheck, redisCheck, tcpCheck } from '@org/instrument-health/checks';
import { describe, expect } from 'vitest';
import { connectIoRedis, connectNodeRedis, createPool } from './harness/clients.ts';
import { componentOf } from './harness/component.ts';
import { CHANGE, logHealth } from './harness/health-log.ts';
import { it } from './harness/lab.ts';

const TIMEOUT_MILLIS = 1_000;
/** What a busy machine may add to a timeout; the hang itself has no end. */
const MARGIN_MILLIS = 5_000;
/** Runs that a check which ignores its signal may leave behind. */
const MOST_ABANDONED = 3;
const OPTIONS = { interval: 50, downInterval: 50, timeout: TIMEOUT_MILLIS } as const;

describe('Redis and Postgres that both hang', () => {
  it('are known to within the timeout, by one run for all who ask, and heal when they go on', async ({
    lab,
  }) => {
    const [redis, postgres] = await Promise.all([lab.startRedis(), lab.startPostgres()]);
    const pool = createPool(lab, postgres, { max: 5 });
    const health = createHealth();
    health.registerAll([
      { name: 'api', check: () => true, ...OPTIONS, dependsOn: ['redis', 'sessions', 'postgres'] },
      { name: 'redis', check: redisCheck(await connectNodeRedis(lab, redis)), ...OPTIONS },
      { name: 'sessions', check: redisCheck(await connectIoRedis(lab, redis)), ...OPTIONS },
      { name: 'postgres', check: postgresCheck(pool), ...OPTIONS },
      // The kernel goes on accepting connections: who looks at the port alone sees nothing.
      { name: 'port', check: tcpCheck({ host: '127.0.0.1', port: redis.port }), ...OPTIONS },
    ]);
    expect((await health.check()).status).toBe('healthy');
    redis.freeze();
    postgres.freeze();

    const asked = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => health.check({ fresh: true, exclude: ['api'] })),
    );
    expect(performance.now() - asked).toBeLessThan(TIMEOUT_MILLIS + MARGIN_MILLIS);
    for (const answer of answers) {
      for (const name of ['redis', 'sessions', 'postgres']) {
        const component = componentOf(answer, name);
        expect(component.reason ?? component.history.at(-1)?.reason).toBe('did not end within 1000 ms');
        expect(component.history).toHaveLength(2);
        expect(component.durationMillis).toBeGreaterThan(TIMEOUT_MILLIS - 1);
        // Hysteresis: one failure alone.
        expect(component).toMatchObject({ status: 'healthy', lastResult: 'unhealthy' });
      }
      expect(componentOf(answer, 'port').lastResult).toBe('healthy');
    }

    const log = logHealth(lab, health);
    await log.changed('redis', 'unhealthy');
    await log.changed('sessions', 'unhealthy');
    await log.changed('postgres', 'unhealthy');
    expect(health.report().rootCauses.toSorted()).toEqual(['postgres', 'redis', 'sessions']);
    expect(componentOf(health.report(), 'api').affectedBy).toEqual(['redis', 'sessions', 'postgres']);
    for (const name of ['redis', 'sessions', 'postgres']) {
      for (const { failure } of log.completed(name)) expect(failure).toBe('timeout');
    }

    redis.thaw();
    postgres.thaw();
    await log.changed('api', 'healthy');
    expect(health.report()).toMatchObject({ status: 'healthy', rootCauses: [] });
  });
});

describe('a server that hangs for many runs', () => {
  it('is sent three pings in all and no more connections than before, and nothing is left behind', async ({
    lab,
  }) => {
    const [redis, postgres] = await Promise.all([lab.startRedis(), lab.startPostgres()]);
    const client = await connectNodeRedis(lab, redis);
    const pool = createPool(lab, postgres, { max: 3 });
    let pings = 0;
    const counted = {
      ping: () => {
        pings++;
        return client.ping();
      },
    };
    const options = { ...OPTIONS, timeout: 200, failureThreshold: 1, successThreshold: 1 };
    const health = createHealth();
    health.register('redis', redisCheck(counted), options);
    health.register('postgres', postgresCheck(pool), options);
    const log = logHealth(lab, health);
    await Promise.all([log.changed('redis', 'healthy'), log.changed('postgres', 'healthy')]);
    redis.freeze();
    postgres.freeze();
    await Promise.all([log.changed('redis', 'unhealthy'), log.changed('postgres', 'unhealthy')]);
    const sent = pings;
    await Promise.all([log.runs('redis', 6), log.runs('postgres', 6)]);
    // Three may be without an answer, of which one or more had been sent before.
    expect(pings).toBeLessThanOrEqual(sent + 2);
    expect(pool.totalCount).toBeLessThanOrEqual(1);
    expect(pool.waitingCount).toBe(0);
    for (const { abandonedRuns } of health.report().components) expect(abandonedRuns).toBeLessThanOrEqual(1);

    redis.thaw();
    postgres.thaw();
    await Promise.all([log.changed('redis', 'healthy'), log.changed('postgres', 'healthy')]);
    health.stop();
    await expect.poll(() => pool.idleCount, CHANGE).toBe(pool.totalCount);
    const sessions = 'select count(*)::int as count from pg_stat_activity where backend_type = $1';
    const count = async (): Promise<unknown> =>
      (await pool.query(sessions, ['client backend'])).rows[0]?.count;
    await expect.poll(count, CHANGE).toBe(1);
  });
});

describe('a check that ignores its signal', () => {
  it('is abandoned, counted and, a few times over, not begun any more, until the server goes on', async ({
    lab,
  }) => {
    const redis = await lab.startRedis();
    const client = await connectNodeRedis(lab, redis);
    let pending = 0;
    let mostPending = 0;
    const stubborn = async (): Promise<void> => {
      mostPending = Math.max(mostPending, ++pending);
      try {
        await client.ping();
      } finally {
        pending--;
      }
    };
    const health = createHealth();
    health.register('redis', stubborn, { ...OPTIONS, timeout: 200, successThreshold: 1 });
    const log = logHealth(lab, health);
    await log.changed('redis', 'healthy');
    redis.freeze();
    await expect.poll(() => log.completed('redis').at(-1)?.failure, CHANGE).toBe('pending');
    await log.runs('redis', 5);
    expect(pending).toBe(MOST_ABANDONED);
    expect(mostPending).toBe(MOST_ABANDONED);
    const failures = log.completed('redis').flatMap(({ failure }) => failure ?? []);
    expect(failures.filter((failure) => failure === 'timeout')).toHaveLength(MOST_ABANDONED);
    expect(componentOf(health.report(), 'redis')).toMatchObject({
      status: 'unhealthy',
      abandonedRuns: MOST_ABANDONED,
    });

    redis.thaw();
    await log.changed('redis', 'healthy');
    expect(componentOf(health.report(), 'redis').abandonedRuns).toBe(0);
    expect(pending).toBeLessThanOrEqual(1);
  });
});
