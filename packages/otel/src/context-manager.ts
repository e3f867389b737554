import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { type Context, type ContextManager, ProxyTracer, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { SUPPRESS_TRACING } from '@org/instrument-core';

type Callee = (...args: never[]) => unknown;

/**
 * Carries contexts through asynchronous calls, as the SDK's `AsyncLocalStorageContextManager`, for less:
 *
 * - A context that nobody can tell from none is not made active. Up to Node.js 22, the first one that is turns on hooks
 *   on every promise of the process, for good: a bare `await` costs five times as much from then on. Exporters and
 *   resource detectors make one active all the time, whose only content is that their own requests are not to be
 *   traced; while there is no tracer, that says nothing.
 * - A bound emitter has one method replaced, `emit`, instead of a wrapper around every listener. HTTP instrumentations
 *   bind every request and every response.
 */
export class LazyContextManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();
  readonly #bound = new WeakSet<EventEmitter>();

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    const own = isContext(context) ? context : ROOT_CONTEXT;
    if (saysNothing(own) && this.active() === ROOT_CONTEXT) return fn.apply(thisArg, args);
    return this.#storage.run(own, call, fn, thisArg, args) as ReturnType<F>;
  }

  /** Functions run in the context whenever they are called, emitters while they emit; the first binding of one stays. */
  bind<T>(context: Context, target: T): T {
    if (target instanceof EventEmitter) this.#bindEmitter(context, target);
    else if (typeof target === 'function') return this.#bindFunction(context, target as Callee) as T;
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.#storage.disable();
    return this;
  }

  #bindFunction(context: Context, target: Callee): Callee {
    const manager = this;
    const bound = function (this: unknown, ...args: never[]): unknown {
      return manager.with(context, target as () => unknown, this as undefined, ...(args as []));
    };
    return Object.defineProperty(bound, 'length', { value: target.length, configurable: true });
  }

  #bindEmitter(context: Context, emitter: EventEmitter): void {
    if (this.#bound.has(emitter)) return;
    this.#bound.add(emitter);
    const manager = this;
    const { emit } = emitter;
    const isPlain = emit === EventEmitter.prototype.emit;
    emitter.emit = function (this: EventEmitter, name: string | symbol, ...args: unknown[]): boolean {
      // Most events of a request or a response have no listener. An error without one is thrown by `emit`.
      if (isPlain && name !== 'error' && this.listenerCount(name) === 0) return false;
      return manager.with(context, emit, this, name, ...args);
    };
  }
}

function call(fn: Callee, thisArg: unknown, args: unknown[]): unknown {
  return Reflect.apply(fn, thisArg, args);
}

/** A caller without types may give anything, such as the context of a message that has none: it stands for no context. */
function isContext(given: unknown): boolean {
  return typeof (given as Partial<Context> | null | undefined)?.getValue === 'function';
}

/** Whether the context says only that nothing is to be traced, and nothing would be. */
function saysNothing(context: Context): boolean {
  if (context.getValue(SUPPRESS_TRACING) !== true || hasTracer()) return false;
  // The API has no way to list what a context holds, so this looks inside; where it cannot, the context is kept.
  const values = (context as { _currentContext?: unknown })._currentContext;
  return values instanceof Map && values.size === 1;
}

/** Until a tracer provider is registered, the API hands out tracers that wait for one. */
function hasTracer(): boolean {
  return !(trace.getTracer('@org/instrument') instanceof ProxyTracer);
}
