import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  type ContextManager,
  context,
  ROOT_CONTEXT,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { afterEach, beforeEach } from 'vitest';

/** Carries the context through everything asynchronous, as that of the OpenTelemetry SDK does. */
class AsyncContextManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  with<Args extends unknown[], F extends (...args: Args) => ReturnType<F>>(
    active: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: Args
  ): ReturnType<F> {
    return this.#storage.run(active, () => fn.apply(thisArg, args));
  }

  bind<T>(active: Context, target: T): T {
    if (typeof target !== 'function') return target;
    return ((...args: unknown[]) => this.#storage.run(active, () => target(...args))) as T;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.#storage.disable();
    return this;
  }
}

/** Installs a context manager for each test of the file. */
export function useContext(): void {
  beforeEach(() => {
    context.setGlobalContextManager(new AsyncContextManager());
  });
  afterEach(() => context.disable());
}

/** Runs something in a trace; `digit` makes its id: `'a'` the trace `aaaa…`. */
export function inTrace<Result>(digit: string, run: () => Result): Result {
  const span = { traceId: digit.repeat(32), spanId: digit.repeat(16), traceFlags: TraceFlags.SAMPLED };
  return context.with(trace.setSpanContext(ROOT_CONTEXT, span), run);
}

/** The digit of the active trace, if there is one. */
export function activeTrace(): string | undefined {
  return trace.getSpanContext(context.active())?.traceId[0];
}
