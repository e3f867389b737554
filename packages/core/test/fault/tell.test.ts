import { ValueType } from '@opentelemetry/api';
import { beforeEach, expect, test } from 'vitest';
import { MeterProvider } from '../../src/index.ts';
import { valuesOf } from '../collected.ts';
import { letDiagnosticsThrow, useDiagnostics } from '../diagnostics.ts';

useDiagnostics();
beforeEach(() => letDiagnosticsThrow());

test('a logger that throws reaches nobody who makes a mistake, and what is right is recorded', async () => {
  const provider = new MeterProvider({ cardinalityLimit: 2 });
  const reader = provider.addCollector();
  const meter = provider.getMeter('');
  meter.createCounter('no valid name!').add(1);
  const counter = meter.createCounter('orders', { valueType: ValueType.INT, description: 'short' });
  meter.createCounter('orders', { valueType: ValueType.INT, description: 'somewhat longer' });
  meter.createHistogram('orders').record(1);
  counter.add(-1);
  counter.add(Number.NaN);
  counter.add(1.5);
  for (const plan of ['free', 'pro', 'team', 'all']) counter.add(2, { plan });
  counter.add(4, { plan: Symbol('none') as never });
  counter.bind({ plan: 'free' }).add(-3);
  meter.createHistogram('sizes').record(-1);
  meter.createObservableGauge('temperature').addCallback((result) => {
    result.observe('warm' as never);
    throw new Error('no sensor');
  });
  const points = (await valuesOf(reader, 'orders')).map(([, value]) => Number(value));
  const total = points.reduce((sum, value) => sum + value, 0);
  expect(total).toBe(1 + 8 + 4);
});
