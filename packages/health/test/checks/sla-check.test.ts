import { createDirectRecorder, MeterProvider, type OperationRecorder } from '@org/instrument-core';
import { expect, test } from 'vitest';
import { slaCheck } from '../../src/checks/index.ts';
import { problemsOf, runCheck, untyped } from './run-check.ts';

interface Operation {
  readonly provider: MeterProvider;
  /** Records calls as a decorated function does. */
  call(count: number, success: boolean, millis?: number): void;
}

function operation(unit: 's' | 'ms' = 's', labels = {}): Operation {
  const provider = new MeterProvider({});
  const recorder: OperationRecorder = createDirectRecorder(provider).operation({
    name: 'orders.place',
    function: 'Orders.place',
    labels,
    unit,
    streaming: false,
  });
  return {
    provider,
    call(count, success, millis = 1) {
      for (let i = 0; i < count; i++) {
        const token = recorder.begin(0);
        recorder.end(token, 0, millis, success, success ? 'none' : 'Error', undefined, undefined);
      }
    },
  };
}

const agreed = { operation: 'orders.place', target: 0.99 };

test('an operation that nobody has called has no data', async () => {
  const { provider } = operation();
  expect(await runCheck(slaCheck({ ...agreed, provider }))).toEqual({
    status: 'degraded',
    reason: 'No data: orders.place.calls has not been recorded',
    details: { missing: 'orders.place.calls' },
  });
  expect(await runCheck(slaCheck({ ...agreed, provider, whenMissing: 'healthy' }))).toMatchObject({
    status: 'healthy',
  });
});

test('too many failures miss the target; far too many are unhealthy', async () => {
  const { provider, call } = operation();
  const check = slaCheck({ ...agreed, provider });
  call(1_000, true);
  expect(await runCheck(check)).toMatchObject({
    status: 'healthy',
    details: { calls: 1_000, compliance: 1 },
  });
  call(20, false);
  const missed = await runCheck(check);
  expect(missed).toMatchObject({
    status: 'degraded',
    details: { calls: 1_020, compliance: 0.98039, target: 0.99 },
  });
  expect(missed.reason).toMatch(
    /^Of 1,020 calls of orders\.place in [\d.]+ m?s: 98\.039 % succeeded, target 99 %$/,
  );
  call(300, false);
  expect(await runCheck(check)).toMatchObject({ status: 'unhealthy' });
});

test('what lies before the window is forgotten, of successes and of durations', async () => {
  const { provider, call } = operation();
  // Windows of a microsecond: each run is compared with the one before.
  const check = slaCheck({ ...agreed, provider, latency: '100ms', window: 0.001 });
  await runCheck(check);
  call(100, false, 5_000);
  expect(await runCheck(check)).toMatchObject({
    status: 'unhealthy',
    details: { calls: 100, compliance: 0 },
  });
  call(100, true, 2);
  expect(await runCheck(check)).toMatchObject({ status: 'healthy', details: { calls: 100, compliance: 1 } });
  expect(await runCheck(check)).toMatchObject({ status: 'healthy', details: { calls: 0 } });
});

test.for<['s' | 'ms']>([['s'], ['ms']])('durations in %s are compared with the latency', async ([unit]) => {
  const { provider, call } = operation(unit);
  const check = slaCheck({ ...agreed, provider, latency: '100ms', quantile: 'p95' });
  call(100, true, 20);
  expect(await runCheck(check)).toMatchObject({
    status: 'healthy',
    details: { p95Millis: expect.any(Number) },
  });
  call(100, true, 400);
  const slow = await runCheck(check);
  expect(slow.status).toBe('degraded');
  expect(slow.reason).toMatch(/: p95 is \d+(\.\d)? ms, target 100 ms$/);
  // 400 ms lie in the bucket from 250 to 500 ms.
  expect(slow.details?.p95Millis).toBeGreaterThan(250);
  expect(slow.details?.p95Millis).toBeLessThanOrEqual(500);
});

test('few calls conclude nothing', async () => {
  const { provider, call } = operation();
  call(9, false);
  expect(await runCheck(slaCheck({ ...agreed, provider }))).toEqual({
    status: 'healthy',
    details: { calls: 9 },
  });
  expect(await runCheck(slaCheck({ ...agreed, provider, minCalls: 9 }))).toMatchObject({
    status: 'unhealthy',
  });
});

test('attributes choose the calls', async () => {
  const { provider, call } = operation('s', { tier: 'gold' });
  call(10, false);
  const check = (tier: string) => runCheck(slaCheck({ ...agreed, provider, attributes: { tier } }));
  expect(await check('gold')).toMatchObject({ status: 'unhealthy' });
  expect(await check('silver')).toMatchObject({
    status: 'degraded',
    details: { missing: 'orders.place.calls' },
  });
});

test('views that make exponential histograms change nothing', async () => {
  const views = [{ instrumentName: '*.duration', aggregation: { type: 'exponential_histogram' } } as const];
  const { provider, call } = operation();
  provider.configure({ views });
  call(100, true, 400);
  const { status, details } = await runCheck(slaCheck({ ...agreed, provider, latency: '100ms' }));
  expect(status).toBe('degraded');
  expect(Math.abs((details?.p99Millis as number) / 400 - 1)).toBeLessThan(0.05);
});

test('all mistakes are reported together', () => {
  const create = () =>
    slaCheck(
      untyped({
        operation: '',
        target: 99,
        latency: 'fast',
        quantile: 'p99.9',
        window: 0,
        minCalls: 0.5,
        provider: {},
        whenMissing: 'unknown',
      }),
    );
  const { paths, error } = problemsOf(create);
  expect(paths.sort()).toEqual(
    ['operation', 'target', 'latency', 'quantile', 'window', 'minCalls', 'provider', 'whenMissing'].sort(),
  );
  expect(error.message).toContain('Write 0.99 for 99 %.');
  expect(problemsOf(() => slaCheck(untyped({}))).paths).toEqual(['operation', 'target']);
});
