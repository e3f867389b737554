import { expect, test } from 'vitest';
import { installRuntime, runtime } from '../src/index.ts';

test('a change of the runtime can be put back, and each raises the generation', () => {
  const { disabled, recorder, tracing, generation } = runtime;
  const restore = installRuntime({ disabled: true, tracing: { enabled: true, parentBased: false } });
  expect(runtime).toMatchObject({ disabled: true, tracing: { enabled: true, parentBased: false } });
  expect(runtime.generation).toBe(generation + 1);
  restore();
  expect(runtime).toEqual({ disabled, recorder, tracing, generation: generation + 2 });
});

test('what a change leaves out keeps its value', () => {
  const restore = installRuntime({ disabled: true });
  const restoreTracing = installRuntime({ tracing: { enabled: true, parentBased: true } });
  expect(runtime.disabled).toBe(true);
  restoreTracing();
  restore();
  expect(runtime.disabled).toBe(false);
});
