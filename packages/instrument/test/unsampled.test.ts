import { trace } from '@opentelemetry/api';
import { afterEach, expect, it, vi } from 'vitest';
import { init, instrumentFunction, type Telemetry, trackExecution } from '../src/index.ts';

let telemetry: Telemetry | undefined;

afterEach(async () => {
  vi.restoreAllMocks();
  await telemetry?.shutdown();
  telemetry = undefined;
});

it('makes no ids in a trace that is not sampled before somebody asks for them', async () => {
  telemetry = init({ prometheus: false, traces: { enabled: true, sampler: 'parentbased_always_off' } });
  await telemetry.ready;
  const inner = instrumentFunction(() => trace.getActiveSpan(), { name: 'unsampled.inner' });
  const outer = instrumentFunction(() => [inner(), trace.getActiveSpan()], { name: 'unsampled.outer' });
  outer();
  const draws = vi.spyOn(Math, 'random');
  const [below, above] = outer();
  // One draw is the mark of the trace; an id takes two, or four.
  expect(draws).toHaveBeenCalledTimes(1);
  expect(below).toBe(above);
  expect(above?.spanContext().traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(draws).toHaveBeenCalledTimes(7);
});

it('opens no span of an execution below one that is not sampled', async () => {
  telemetry = init({ prometheus: false, traces: { enabled: true, sampler: 'parentbased_always_off' } });
  await telemetry.ready;
  const outer = instrumentFunction(
    async () => {
      const above = trace.getActiveSpan();
      const execution = await trackExecution('unsampled', async () => trace.getActiveSpan());
      return { above, execution };
    },
    { name: 'unsampled.execution' },
  );
  const { above, execution } = await outer();
  expect(above?.isRecording()).toBe(false);
  expect(execution).toBe(above);
});
