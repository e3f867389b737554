import { MeterProvider, meterProvider } from '@org/instrument-core';
import { expect, test } from 'vitest';
import { backlogCheck, type MetricField } from '../../src/checks/index.ts';
import { problemsOf, runCheck, untyped } from './run-check.ts';

const limits = { degradedAbove: 10, unhealthyAbove: 100 };

test('series whose attributes match are added up, with others they may have', async () => {
  const provider = new MeterProvider({});
  const queued = provider.getMeter('shop').createUpDownCounter('orders.queued');
  queued.add(8, { plan: 'pro', region: 'eu' });
  queued.add(5, { plan: 'pro', region: 'us' });
  queued.add(500, { plan: 'free', region: 'eu' });
  const check = (attributes?: Record<string, string>) =>
    runCheck(
      backlogCheck({
        of: { metric: 'orders.queued', provider, ...(attributes === undefined ? {} : { attributes }) },
        ...limits,
      }),
    );
  expect(await check({ region: 'us' })).toEqual({ status: 'healthy', details: { backlog: 5 } });
  expect(await check({ plan: 'pro' })).toEqual({
    status: 'degraded',
    reason: 'orders.queued{plan="pro"} is 13, more than 10',
    details: { backlog: 13 },
  });
  expect(await check()).toMatchObject({ status: 'unhealthy', details: { backlog: 513 } });
  expect(await check({ plan: 'none' })).toEqual({
    status: 'degraded',
    reason: 'No data: orders.queued{plan="none"} has not been recorded',
    details: { missing: 'orders.queued{plan="none"}' },
  });
});

test('attributes that are arrays are compared by what is in them', async () => {
  const provider = new MeterProvider({});
  provider
    .getMeter('shop')
    .createGauge('g')
    .record(50, { zones: ['a', 'b'] });
  const check = (zones: string[]) =>
    runCheck(backlogCheck({ of: { metric: 'g', provider, attributes: { zones } }, ...limits }));
  expect(await check(['a', 'b'])).toMatchObject({ status: 'degraded', details: { backlog: 50 } });
  expect(await check(['b', 'a'])).toMatchObject({ details: { missing: expect.any(String) } });
});

test.for<[MetricField | undefined, number]>([
  [undefined, 4],
  ['count', 3],
  ['sum', 12],
  ['min', 1],
  ['max', 6],
  ['p50', 6],
])('field %s of a histogram of two series is %i', async ([field, backlog]) => {
  const provider = new MeterProvider({});
  const histogram = provider
    .getMeter('shop')
    .createHistogram('h', { advice: { explicitBucketBoundaries: [5] } });
  histogram.record(1, { queue: 'a' });
  histogram.record(5, { queue: 'a' });
  histogram.record(6, { queue: 'b' });
  const of = { metric: 'h', provider, ...(field === undefined ? {} : { field }) };
  expect(await runCheck(backlogCheck({ of, ...limits }))).toMatchObject({ details: { backlog } });
});

test('a field that only histograms have throws for others', async () => {
  const provider = new MeterProvider({});
  provider.getMeter('shop').createCounter('c').add(1);
  const check = backlogCheck({ of: { metric: 'c', provider, field: 'p99' }, ...limits });
  await expect(runCheck(check)).rejects.toThrow('c is no histogram: it has a value and no p99');
});

test('without a provider, that of the process is read', async () => {
  meterProvider.getMeter('shop').createGauge('backlog_check.process').record(11);
  const check = backlogCheck({ of: { metric: 'backlog_check.process' }, ...limits });
  expect(await runCheck(check)).toMatchObject({ status: 'degraded', details: { backlog: 11 } });
});

test('functions give figures, whether at once or later', async () => {
  expect(await runCheck(backlogCheck({ of: () => 11, ...limits }))).toMatchObject({
    status: 'degraded',
    reason: 'The figure is 11, more than 10',
  });
  expect(await runCheck(backlogCheck({ of: async () => 101, ...limits }))).toMatchObject({
    status: 'unhealthy',
  });
});

test.for([undefined, Number.NaN, '5', {}])('the figure %o is rubbish, and said to be', async (figure) => {
  await expect(runCheck(backlogCheck({ of: untyped(() => figure), ...limits }))).rejects.toThrow(
    'expected a finite number',
  );
});

test('all mistakes are reported together', () => {
  const create = () =>
    backlogCheck(
      untyped({
        of: { metric: '', attributes: 'plan', field: 'p98', provider: {}, name: 'x' },
        degradedAbove: -1,
        whenMissing: 'ok',
      }),
    );
  expect(problemsOf(create).paths).toEqual([
    'of.name',
    'of.metric',
    'of.attributes',
    'of.field',
    'of.provider',
    'degradedAbove',
    'whenMissing',
  ]);
  expect(problemsOf(() => backlogCheck(untyped({}))).paths).toEqual(['of', 'degradedAbove']);
});
