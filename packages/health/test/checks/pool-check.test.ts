import { createPool } from 'generic-pool';
import { expect, onTestFinished, test } from 'vitest';
import { poolCheck } from '../../src/checks/index.ts';
import { problemsOf, runCheck, untyped } from './run-check.ts';

function numberPool(max: number) {
  let next = 0;
  const pool = createPool(
    { create: async () => ({ id: next++ }), destroy: async () => {} },
    { max, evictionRunIntervalMillis: 0 },
  );
  onTestFinished(async () => {
    await pool.drain();
    await pool.clear();
  });
  return pool;
}

test('a generic-pool goes from healthy by saturated and waited for to healthy', async () => {
  const pool = numberPool(2);
  const check = poolCheck(pool, { unhealthyWaiting: 1 });
  const first = await pool.acquire();
  expect(await runCheck(check)).toEqual({
    status: 'healthy',
    details: { max: 2, used: 1, idle: 0, waiting: 0, usedShare: 0.5 },
  });
  const second = await pool.acquire();
  expect(await runCheck(check)).toMatchObject({ status: 'degraded' });
  const third = pool.acquire();
  expect(await runCheck(check)).toMatchObject({
    status: 'degraded',
    reason: '2 of 2 are in use (100 %), 1 waiting',
  });
  const fourth = pool.acquire();
  expect(await runCheck(check)).toMatchObject({ status: 'unhealthy', details: { waiting: 2 } });
  await pool.release(first);
  await pool.release(second);
  await pool.release(await third);
  await pool.release(await fourth);
  expect(await runCheck(check)).toMatchObject({
    status: 'healthy',
    details: { used: 0, idle: 2, waiting: 0 },
  });
});

const tarn = { max: 4, numUsed: () => 3, numFree: () => 1, numPendingAcquires: () => 0 };

test.for<[string, unknown]>([
  ['pg.Pool', { totalCount: 4, idleCount: 1, waitingCount: 0, options: { max: 4 } }],
  ['tarn', tarn],
  ['knex', Object.assign(() => {}, { client: { pool: tarn } })],
  ['function', () => ({ max: 4, used: 3, idle: 1, waiting: 0 })],
  ['asynchronous function', async () => ({ max: 4, used: 3, idle: 1, waiting: 0 })],
])('the shape of %s is known', async ([, pool]) => {
  expect(await runCheck(poolCheck(untyped(pool)))).toEqual({
    status: 'healthy',
    details: { max: 4, used: 3, idle: 1, waiting: 0, usedShare: 0.75 },
  });
});

test('limits decide', async () => {
  const figures = () => ({ max: 10, used: 10, idle: 0, waiting: 2 });
  expect(await runCheck(poolCheck(figures, { degradedAbove: 1, maxWaiting: 2 }))).toMatchObject({
    status: 'healthy',
  });
  expect(await runCheck(poolCheck(figures, { degradedAbove: 1 }))).toMatchObject({ status: 'degraded' });
  expect(await runCheck(poolCheck(figures, { maxWaiting: 2 }))).toMatchObject({ status: 'degraded' });
});

test.for([
  undefined,
  { max: 0, used: 0, idle: 0, waiting: 0 },
  { max: 1 },
  { max: 1, used: Number.NaN, idle: 0, waiting: 0 },
])('the figures %o are rubbish, and said to be', async (figures) => {
  await expect(runCheck(poolCheck(untyped(() => figures)))).rejects.toThrow('The figures of the pool are');
});

test('an unknown shape is refused, and those known are named, with all other mistakes', () => {
  const { paths, error } = problemsOf(() =>
    poolCheck(untyped({ size: 3, password: 'hunter2' }), {
      degradedAbove: 90,
      maxWaiting: 3,
      unhealthyWaiting: 2,
    }),
  );
  expect(paths).toEqual(['pool', 'degradedAbove', 'maxWaiting']);
  for (const known of ['pg.Pool', 'generic-pool', 'tarn', 'knex', '{ max, used, idle, waiting }']) {
    expect(error.message).toContain(known);
  }
  expect(error.message).toContain('Write 0.9 for 90 %.');
  expect(error.message).not.toContain('hunter2');
});
