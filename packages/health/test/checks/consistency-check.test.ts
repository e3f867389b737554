import { expect, test } from 'vitest';
import { consistencyCheck } from '../../src/checks/index.ts';
import { CountedProvider } from './counted-provider.ts';
import { problemsOf, runCheck, untyped } from './run-check.ts';

test('metrics of one provider are read from one snapshot', async () => {
  const provider = new CountedProvider({});
  const meter = provider.getMeter('shop');
  meter.createCounter('orders.placed').add(100);
  meter.createCounter('orders.invoiced').add(97);
  const check = consistencyCheck({
    expected: { metric: 'orders.placed', provider },
    actual: { metric: 'orders.invoiced', provider },
    tolerance: 0.02,
  });
  expect(await runCheck(check)).toEqual({
    status: 'unhealthy',
    reason: 'orders.invoiced is 97, orders.placed is 100: they differ by 3 (3 %)',
    details: { expected: 100, actual: 97, difference: -3 },
  });
  expect(provider.snapshots).toBe(1);
});

test.for<[number, number, number | undefined, number | undefined, string]>([
  [100, 100, undefined, undefined, 'healthy'],
  [100, 101, undefined, undefined, 'unhealthy'],
  [100, 103, 0.05, undefined, 'healthy'],
  [100, 94, 0.05, undefined, 'unhealthy'],
  [100, 103, 3, undefined, 'healthy'],
  [100, 104, 3, undefined, 'unhealthy'],
  [0, 1, 0.5, undefined, 'unhealthy'],
  [0, 1, 1, undefined, 'healthy'],
  [-100, -103, 0.05, undefined, 'healthy'],
  [100, 103, 0.05, 0.01, 'degraded'],
])(
  'expected %i, actual %i, tolerance %s, degraded above %s is %s',
  async ([expected, actual, tolerance, degradedAbove, status]) => {
    const check = consistencyCheck({
      expected: () => expected,
      actual: async () => actual,
      ...(tolerance === undefined ? {} : { tolerance }),
      ...(degradedAbove === undefined ? {} : { degradedAbove }),
    });
    expect(await runCheck(check)).toMatchObject({ status });
  },
);

test('one that nobody has recorded is no data', async () => {
  const provider = new CountedProvider({});
  const check = consistencyCheck({
    expected: () => 1,
    actual: { metric: 'orders.invoiced', provider },
    whenMissing: 'unhealthy',
  });
  expect(await runCheck(check)).toMatchObject({
    status: 'unhealthy',
    details: { missing: 'orders.invoiced' },
  });
});

test('all mistakes are reported together', () => {
  const create = () =>
    consistencyCheck(untyped({ actual: {}, tolerance: 1, degradedAbove: 5, whenMissing: 1 }));
  expect(problemsOf(create).paths).toEqual(['expected', 'actual.metric', 'degradedAbove', 'whenMissing']);
});
