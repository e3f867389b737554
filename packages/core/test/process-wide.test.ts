import { expect, test, vi } from 'vitest';
import * as first from '../src/index.ts';

test('two copies of the package have one bus, one meter provider and one state between them', async () => {
  vi.resetModules();
  const second = await import('../src/index.ts');
  expect(second.EventBus).not.toBe(first.EventBus);
  expect(second.events).toBe(first.events);
  expect(second.meterProvider).toBe(first.meterProvider);
  expect(second.runtime).toBe(first.runtime);

  const heard: unknown[] = [];
  first.events.on('performance.*', (payload) => heard.push(payload));
  second.events.emit('performance.phase.start', { operation: 'a' } as never);
  expect(heard).toEqual([{ operation: 'a' }]);

  second.meterProvider.getMeter('copies').createCounter('copies.counted').add(2, { by: 'second' });
  first.meterProvider.getMeter('copies').createCounter('copies.counted').add(3, { by: 'second' });
  const series = first.meterProvider.snapshot().filter(({ name }) => name === 'copies.counted');
  expect(series.map(({ value, attributes }) => [value, attributes])).toEqual([[5, { by: 'second' }]]);

  second.installRuntime({ disabled: true })();
  expect(first.runtime.generation).toBeGreaterThan(0);
  second.countSelf('instrument.faults', 'copies');
  const faults = first.meterProvider.snapshot().find(({ attributes }) => attributes.component === 'copies');
  expect(faults?.value).toBe(1);
});
