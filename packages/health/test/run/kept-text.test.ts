import { expect, test } from 'vitest';
import { keptBy } from '../../../core/test/kept-memory.ts';
import type { CheckFunction } from '../../src/check.ts';
import { AT_ONCE, createBed } from '../bed.ts';
import { pass, useFakeClock } from '../fake-clock.ts';

useFakeClock();

/** Results that are kept of a check. */
const RUNS = 20;
const PAGE_LENGTH = 2_000_000;

/** A text of two million characters that is of this run only. */
function pageOf(run: number): string {
  return `page ${run} of the database: ${'x'.repeat(PAGE_LENGTH)}`;
}

test.each<[string, (page: string) => ReturnType<CheckFunction>, string]>([
  [
    'an error that quotes it',
    (page) => {
      throw new Error(`insert failed: ${page}`);
    },
    'insert failed: page 19 of',
  ],
  [
    'an error that quotes some of it',
    (page) => {
      throw new Error(page.slice(0, 100));
    },
    'page 19 of',
  ],
  ['a reason', (page) => ({ status: 'degraded', reason: page }), 'page 19 of'],
  ['an outcome that means nothing', (page) => page as 'healthy', 'the check returned "page 19 of'],
])('the history keeps nothing of a long text but the beginning that it tells: %s', async (_, look, told) => {
  const { health, component } = createBed();
  let run = 0;
  health.register('db', () => look(pageOf(run++)));
  const kept = await keptBy(async () => {
    for (let i = 0; i < RUNS; i++) await health.check({ check: 'db', fresh: true });
  });
  expect(kept).toBeLessThan(PAGE_LENGTH / 2);
  const { history } = component('db');
  expect(history).toHaveLength(RUNS);
  expect(history.at(-1)?.reason?.startsWith(told)).toBe(true);
});

test('details keep nothing of a long text that they were cut out of', async () => {
  const { health, component } = createBed();
  health.register('db', () => ({
    status: 'healthy',
    details: { replicas: 3, title: pageOf(0).slice(0, 22) },
  }));
  expect(await keptBy(() => health.check())).toBeLessThan(PAGE_LENGTH / 2);
  expect(component('db').details).toEqual({ replicas: 3, title: 'page 0 of the database' });
});

test('names keep nothing of a long text that they were cut out of', async () => {
  const { health } = createBed();
  const kept = await keptBy(() => {
    const [name, group, other] = [pageOf(1).slice(0, 22), pageOf(2).slice(0, 22), pageOf(3).slice(0, 22)];
    health.register(name, () => true, { probes: [group], dependsOn: [other] });
  });
  expect(kept).toBeLessThan(PAGE_LENGTH / 2);
  expect(health.report().components).toMatchObject([
    {
      name: 'page 1 of the database',
      probes: ['page 2 of the database'],
      dependsOn: ['page 3 of the database'],
    },
  ]);
});

test('what an attempt to bring a component back has thrown is told like a reason', async () => {
  const { health, component, payloads } = createBed();
  const recover = (): void => {
    throw new Error(pageOf(0));
  };
  health.register('db', () => false, { ...AT_ONCE, recover: { action: recover, maxAttempts: 1 } });
  await health.check();
  await pass(2_000);
  const error = component('db').recovery?.lastError;
  expect(error).toBe(`${pageOf(0).slice(0, 499)}…`);
  expect(payloads('health.recovery.attempted')).toMatchObject([{ outcome: 'failed', error }]);
});
