import { MeterProvider } from '@org/instrument-core';
import { expect, test } from 'vitest';
import { freshnessCheck } from '../../src/checks/index.ts';
import { problemsOf, runCheck, untyped } from './run-check.ts';

const limits = { degradedAfter: '1h', unhealthyAfter: '1d' };
const HOUR = 3_600_000;

function imported(unit: string, ...ages: number[]): MeterProvider {
  const provider = new MeterProvider({});
  const gauge = provider.getMeter('shop').createGauge('import.last', { unit });
  for (const [partition, age] of ages.entries()) {
    gauge.record((Date.now() - age) / (unit === 'ms' ? 1 : 1_000), { partition });
  }
  return provider;
}

test.for<[string, number, string]>([
  ['s', 0, 'healthy'],
  ['', 2 * HOUR, 'degraded'],
  ['ms', 2 * HOUR, 'degraded'],
  ['s', 50 * HOUR, 'unhealthy'],
])('a Unix time in %o of %i ms ago is %s', async ([unit, age, status]) => {
  const check = freshnessCheck({ of: { metric: 'import.last', provider: imported(unit, age) }, ...limits });
  const result = await runCheck(check);
  expect(result.status).toBe(status);
  expect(Math.abs((result.details?.ageMillis as number) - age)).toBeLessThan(5_000);
  if (status === 'unhealthy') expect(result.reason).toBe('import.last is 2.1 d old, more than 24 h');
});

test('of several series the oldest counts, unless the newest is asked for', async () => {
  const of = { metric: 'import.last', provider: imported('s', 0, 2 * HOUR) };
  expect(await runCheck(freshnessCheck({ of, ...limits }))).toMatchObject({ status: 'degraded' });
  expect(await runCheck(freshnessCheck({ of, ...limits, series: 'newest' }))).toMatchObject({
    status: 'healthy',
  });
});

test.for<[() => unknown, 's' | 'ms' | undefined]>([
  [() => new Date(Date.now() - 2 * HOUR), undefined],
  [async () => Date.now() - 2 * HOUR, undefined],
  [() => (Date.now() - 2 * HOUR) / 1_000, 's'],
])('functions tell dates and Unix times (%#)', async ([of, unit]) => {
  const options = { of: untyped<() => Date>(of), ...limits, ...(unit === undefined ? {} : { unit }) };
  expect(await runCheck(freshnessCheck(options))).toMatchObject({ status: 'degraded' });
});

test('what has never been is no data', async () => {
  const never = freshnessCheck({ of: () => undefined, ...limits, whenMissing: 'unhealthy' });
  expect(await runCheck(never)).toMatchObject({
    status: 'unhealthy',
    reason: expect.stringMatching(/^No data/),
  });
  const provider = new MeterProvider({});
  const unrecorded = freshnessCheck({ of: { metric: 'import.last', provider }, ...limits });
  expect(await runCheck(unrecorded)).toMatchObject({
    status: 'degraded',
    details: { missing: 'import.last' },
  });
});

test('milliseconds taken for seconds are noticed, not fresh for ever', async () => {
  const check = freshnessCheck({ of: () => Date.now(), unit: 's', ...limits });
  await expect(runCheck(check)).rejects.toThrow(/lies [\d.]+ d in the future: its unit or a clock is wrong/);
});

test.for(['yesterday', new Date(Number.NaN), Number.NaN])(
  'the time %o is none, and said to be',
  async (time) => {
    const check = freshnessCheck({ of: untyped(() => time), ...limits });
    await expect(runCheck(check)).rejects.toThrow('expected a Date or a Unix time');
  },
);

test('all mistakes are reported together', () => {
  const create = () =>
    freshnessCheck(untyped({ of: 5, unit: 'h', series: 'all', degradedAfter: '2h', unhealthyAfter: '1h' }));
  expect(problemsOf(create).paths).toEqual(['of', 'unit', 'series', 'degradedAfter']);
  expect(problemsOf(() => freshnessCheck(untyped({ of: () => 1 }))).paths).toEqual(['degradedAfter']);
});
