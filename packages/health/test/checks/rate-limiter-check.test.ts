import { RateLimiterMemory } from 'rate-limiter-flexible';
import { expect, test } from 'vitest';
import { rateLimiterCheck } from '../../src/checks/index.ts';
import { problemsOf, runCheck, untyped } from './run-check.ts';

test('rate-limiter-flexible: what is left decides', async () => {
  const limiter = new RateLimiterMemory({ points: 100, duration: 3_600 });
  const check = rateLimiterCheck(
    async () => ({
      limit: limiter.points,
      remaining: (await limiter.get('api'))?.remainingPoints ?? limiter.points,
    }),
    { unhealthyBelow: 0.01 },
  );
  expect(await runCheck(check)).toEqual({
    status: 'healthy',
    details: { limit: 100, remaining: 100, remainingShare: 1 },
  });
  await limiter.consume('api', 90);
  expect(await runCheck(check)).toMatchObject({ status: 'healthy', details: { remaining: 10 } });
  await limiter.consume('api', 5);
  expect(await runCheck(check)).toMatchObject({
    status: 'degraded',
    reason: '5 of 100 are left (5 %), less than 10 %',
  });
  await limiter.consume('api', 5);
  expect(await runCheck(check)).toMatchObject({ status: 'unhealthy' });
});

test.for([undefined, { limit: 0, remaining: 0 }, { limit: 10 }, { limit: 10, remaining: Number.NaN }])(
  'the figures %o are rubbish, and said to be',
  async (figures) => {
    await expect(runCheck(rateLimiterCheck(untyped(() => figures)))).rejects.toThrow(
      'The figures of the rate limiter are',
    );
  },
);

test('all mistakes are reported together', () => {
  const create = () => rateLimiterCheck(untyped({}), { degradedBelow: 0.1, unhealthyBelow: 0.2 });
  expect(problemsOf(create).paths).toEqual(['figures', 'unhealthyBelow']);
});
