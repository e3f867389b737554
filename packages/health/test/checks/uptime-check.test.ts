import { expect, test } from 'vitest';
import { uptimeCheck } from '../../src/checks/index.ts';
import { problemsOf, runCheck } from './run-check.ts';

test('a process between the limits is healthy', async () => {
  const { status, details } = await runCheck(uptimeCheck({ max: '7d' }));
  expect(status).toBe('healthy');
  expect(Math.abs((details?.uptimeMillis as number) - process.uptime() * 1_000)).toBeLessThan(1_000);
});

test('a young process warms up', async () => {
  const { status, reason } = await runCheck(uptimeCheck({ min: '7d' }));
  expect(status).toBe('degraded');
  expect(reason).toMatch(/^Warming up: the process has run for [\d.]+ \w+, less than 7 d$/);
});

test('an old process is degraded', async () => {
  const { status, reason } = await runCheck(uptimeCheck({ max: 1 }));
  expect(status).toBe('degraded');
  expect(reason).toMatch(/more than 1 ms$/);
});

test('all mistakes are reported together', () => {
  expect(problemsOf(() => uptimeCheck({ min: 'x', max: -1 })).paths).toEqual(['min', 'max']);
  expect(problemsOf(() => uptimeCheck({ min: '2h', max: '1h' })).paths).toEqual(['min']);
});
