import { MeterProvider } from '@org/instrument-core';
import { expect, test } from 'vitest';
import { throughputCheck } from '../../src/checks/index.ts';
import { problemsOf, runCheck, untyped } from './run-check.ts';

// However long a test takes, a rate is far below the one target and far above the other.
const UNREACHABLE = 1e12;
const EASY = 1e-3;

test('the rate of a counter since earlier runs decides', async () => {
  const provider = new MeterProvider({});
  const counter = provider.getMeter('shop').createCounter('orders');
  counter.add(5, { plan: 'pro' });
  const of = { metric: 'orders', provider };
  const easy = throughputCheck({ of, target: EASY });
  const unreachable = throughputCheck({ of, target: UNREACHABLE });
  const almost = throughputCheck({ of, target: UNREACHABLE, unhealthyBelow: 0 });
  for (const check of [easy, unreachable, almost]) {
    expect(await runCheck(check)).toEqual({ status: 'healthy', details: { total: 5 } });
  }
  counter.add(50, { plan: 'pro' });
  counter.add(50, { plan: 'free' });
  expect(await runCheck(easy)).toMatchObject({ status: 'healthy', details: { targetPerSecond: EASY } });
  const missed = await runCheck(unreachable);
  expect(missed.status).toBe('unhealthy');
  expect(missed.reason).toMatch(
    /^orders rose by [\d,.]+ per second in [\d.]+ m?s, [\d.]+ % of the target of 1,0{3},/,
  );
  expect(await runCheck(almost)).toMatchObject({ status: 'degraded' });
});

test('the rate is what was added over what has passed', async () => {
  let count = 0;
  const check = throughputCheck({ of: () => count, target: EASY });
  const start = performance.now();
  await runCheck(check);
  count = 1_000;
  const { details } = await runCheck(check);
  const slowest = 1_000 / ((performance.now() - start) / 1_000);
  expect(details?.perSecond).toBeGreaterThanOrEqual(Math.floor(slowest));
});

test('a counter that is set back has no negative rate: it has begun anew', async () => {
  let count = 1_000_000;
  const check = throughputCheck({ of: async () => count, target: EASY });
  await runCheck(check);
  count = 100;
  const { status, details } = await runCheck(check);
  expect(status).toBe('healthy');
  const { perSecond, windowMillis } = details as { perSecond: number; windowMillis: number };
  expect(perSecond).toBeGreaterThan(0);
  // 100 in the window, give or take how it is rounded.
  expect((perSecond * Math.max(0, windowMillis - 0.5)) / 1_000).toBeLessThanOrEqual(100);
});

test('a histogram is read by its count', async () => {
  const provider = new MeterProvider({});
  const histogram = provider.getMeter('shop').createHistogram('h');
  histogram.record(1_000_000);
  const check = throughputCheck({ of: { metric: 'h', provider }, target: EASY });
  expect(await runCheck(check)).toEqual({ status: 'healthy', details: { total: 1 } });
});

test('a counter that nobody has added to is no data, and stands at 0 for the next run', async () => {
  const provider = new MeterProvider({});
  const check = throughputCheck({ of: { metric: 'orders', provider }, target: EASY });
  expect(await runCheck(check)).toMatchObject({ status: 'degraded', details: { missing: 'orders' } });
  provider.getMeter('shop').createCounter('orders').add(10);
  expect(await runCheck(check)).toMatchObject({
    status: 'healthy',
    details: { perSecond: expect.any(Number) },
  });
});

test('all mistakes are reported together', () => {
  const create = () => throughputCheck(untyped({ of: null, target: 0, unhealthyBelow: 2, window: 0 }));
  expect(problemsOf(create).paths).toEqual(['of', 'target', 'unhealthyBelow', 'window']);
  expect(problemsOf(() => throughputCheck(untyped({ of: () => 1 }))).paths).toEqual(['target']);
});
