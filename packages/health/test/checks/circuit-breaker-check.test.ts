import CircuitBreaker from 'opossum';
import { expect, onTestFinished, test } from 'vitest';
import { circuitBreakerCheck } from '../../src/checks/index.ts';
import { problemsOf, runCheck, untyped } from './run-check.ts';

test('a breaker of opossum is followed from closed to open, half-open and back', async () => {
  let works = false;
  const breaker = new CircuitBreaker(
    async () => {
      if (!works) throw new Error('down');
    },
    { resetTimeout: 20, errorThresholdPercentage: 1, timeout: false },
  );
  onTestFinished(() => breaker.shutdown());
  const check = circuitBreakerCheck(breaker);
  expect(await runCheck(check)).toEqual({ status: 'healthy', details: { state: 'closed' } });
  await expect(breaker.fire()).rejects.toThrow('down');
  expect(await runCheck(check)).toEqual({
    status: 'unhealthy',
    reason: 'The circuit breaker is open: calls are refused',
    details: { state: 'open' },
  });
  await expect.poll(() => breaker.halfOpen).toBe(true);
  expect(await runCheck(check)).toMatchObject({ status: 'degraded', details: { state: 'half-open' } });
  works = true;
  await breaker.fire();
  expect(await runCheck(check)).toMatchObject({ status: 'healthy' });
  breaker.shutdown();
  expect(await runCheck(check)).toMatchObject({ status: 'unhealthy', details: { state: 'shutdown' } });
});

test.for<[unknown, string]>([
  [{ state: 0 }, 'healthy'],
  [{ state: 1 }, 'unhealthy'],
  [{ state: 2 }, 'degraded'],
  [{ state: 3 }, 'unhealthy'],
  [{ state: 'HALF_OPEN' }, 'degraded'],
  [() => 'closed', 'healthy'],
  [() => 'halfOpen', 'degraded'],
  [() => 'FORCED_OPEN', 'unhealthy'],
  [async () => ({ state: 'Open' }), 'unhealthy'],
])('%o is %s', async ([breaker, status]) => {
  expect(await runCheck(circuitBreakerCheck(untyped(breaker)))).toMatchObject({ status });
});

test.for([undefined, 'ajar', 'constructor', '__proto__', 7, {}])(
  'the state %o is not known, and said to be',
  async (state) => {
    await expect(runCheck(circuitBreakerCheck(untyped(() => state)))).rejects.toThrow(
      'expected one of closed, half-open, open, isolated, shutdown',
    );
  },
);

test.for(['isolated', 'SHUT_DOWN', 3])('of %o it is said why calls are refused', async (state) => {
  const { details } = await runCheck(circuitBreakerCheck(untyped(() => state)));
  expect(details).toEqual({ state: state === 'SHUT_DOWN' ? 'shutdown' : 'isolated' });
});

test('what is no breaker is refused', () => {
  const { paths, error } = problemsOf(() => circuitBreakerCheck(untyped({ fire() {} })));
  expect(paths).toEqual(['breaker']);
  expect(error.message).toContain('opossum');
});
