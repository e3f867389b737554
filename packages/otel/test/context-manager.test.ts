import { context, createContextKey, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LazyContextManager } from '../src/context-manager.ts';

const KEY = createContextKey('test');
const suppressed = suppressTracing(ROOT_CONTEXT);

beforeEach(() => {
  context.setGlobalContextManager(new LazyContextManager());
});
afterEach(() => {
  context.disable();
  trace.disable();
});

describe('a context that only says that nothing is to be traced', () => {
  it('is not made active while there is no tracer', () => {
    expect(context.with(suppressed, () => context.active())).toBe(ROOT_CONTEXT);
  });

  it('is made active when there is a tracer', () => {
    trace.setGlobalTracerProvider(new BasicTracerProvider());
    expect(context.with(suppressed, () => context.active())).toBe(suppressed);
  });

  it('hides a context that is active already', () => {
    const given = ROOT_CONTEXT.setValue(KEY, 1);
    context.with(given, () => {
      expect(context.with(suppressed, () => context.active().getValue(KEY))).toBeUndefined();
    });
  });
});

it.each([
  ['a value', ROOT_CONTEXT.setValue(KEY, 1)],
  ['a value, and that nothing is to be traced', suppressTracing(ROOT_CONTEXT.setValue(KEY, 1))],
])('a context that holds %s is made active', (_, given) => {
  expect(context.with(given, () => context.active())).toBe(given);
});
