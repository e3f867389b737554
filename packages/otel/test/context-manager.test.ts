import { EventEmitter } from 'node:events';
import { context, createContextKey, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
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

it.each([undefined, null, {}, 'none'])('%o in the place of a context stands for none', (given) => {
  const active = (): unknown => context.active();
  const run = (): unknown => context.with(given as never, active);
  expect(run()).toBe(ROOT_CONTEXT);
  context.with(ROOT_CONTEXT.setValue(KEY, 1), () => {
    expect(run()).toBe(ROOT_CONTEXT);
    expect(context.bind(given as never, active)()).toBe(ROOT_CONTEXT);
  });
});

describe.each([
  ['ours', () => new LazyContextManager()],
  ["the SDK's", () => new AsyncLocalStorageContextManager()],
])('%s', (_, createManager) => {
  const given = ROOT_CONTEXT.setValue(KEY, 1);
  const seen = (): unknown => context.active().getValue(KEY);

  beforeEach(() => {
    context.disable();
    context.setGlobalContextManager(createManager());
  });

  it('passes this, arguments and result of a function, and what it throws', () => {
    const self = { name: 'self' };
    const fn = function (this: unknown, a: number, b: number): unknown[] {
      return [this, a, b, seen()];
    };
    expect(context.with(given, fn, self, 1, 2)).toEqual([self, 1, 2, 1]);
    expect(() =>
      context.with(given, () => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
    expect(seen()).toBeUndefined();
  });

  it('keeps a context through promises and timers, and each chain its own', async () => {
    const chain = async (value: number): Promise<unknown> => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      await Promise.resolve();
      return context.active().getValue(KEY) === value;
    };
    const all = [1, 2, 3].map((value) =>
      context.with(ROOT_CONTEXT.setValue(KEY, value), chain, undefined, value),
    );
    expect(await Promise.all(all)).toEqual([true, true, true]);
  });

  it('binds a function', () => {
    const self = {};
    const bound = context.bind(given, function (this: unknown, a: number, b: number) {
      return [this, a + b, seen()];
    });
    expect(bound.call(self, 1, 2)).toEqual([self, 3, 1]);
    expect(bound).toHaveLength(2);
  });

  it('binds an emitter: its listeners run in the context, whichever way they were added', () => {
    const emitter = context.bind(given, new EventEmitter());
    const calls: unknown[] = [];
    const listener = function (this: unknown, value: number): void {
      calls.push([this === emitter, value, seen()]);
    };
    emitter.on('a', listener);
    emitter.once('a', listener);
    emitter.prependListener('a', listener);
    expect(emitter.emit('a', 7)).toBe(true);
    emitter.off('a', listener);
    emitter.emit('a', 8);
    expect(calls).toEqual([...Array(3).fill([true, 7, 1]), [true, 8, 1]]);
    expect(emitter.emit('nobody')).toBe(false);
    expect(() => emitter.emit('error', new Error('unheard'))).toThrow('unheard');
    expect(context.bind(ROOT_CONTEXT.setValue(KEY, 2), emitter)).toBe(emitter);
    emitter.emit('a', 9);
    expect(calls.at(-1)).toEqual([true, 9, 1]);
  });

  it('leaves alone what it cannot bind', () => {
    expect(context.bind(given, 'text')).toBe('text');
  });
});
