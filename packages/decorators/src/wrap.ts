import { context } from '@opentelemetry/api';
import {
  follow,
  followObject,
  isStream,
  keepShape,
  monotonicMillis,
  runtime,
  thenOf,
} from '@org/instrument-core';
import { type Arguments, Call, NO_ARGUMENTS, openCall } from './call.ts';
import { type CallSite, IDLE } from './call-site.ts';
import { reportFault } from './faults.ts';

/** A function as the wrapper sees it. */
export type Target = (this: unknown, ...args: unknown[]) => unknown;

const wrappers = new WeakSet<object>();

/** Whether the function is one of our wrappers. */
export function isWrapped(fn: object): boolean {
  return wrappers.has(fn);
}

/**
 * The instrumented form of `target`. While the runtime is `disabled` a call costs one test. A call that asks for metrics
 * only allocates nothing when `target` is synchronous: two reads of the clock, `begin` and `end`. Called with `new`,
 * `target` is constructed unobserved.
 */
export function wrap(target: Target, site: CallSite): Target {
  // Constants, because V8 inlines nothing through a captured parameter or an import: those might change.
  const fn = target;
  const state = runtime;
  const observed = observe(fn, site);
  // `arguments` rather than a rest parameter, and used for nothing but Reflect.apply: then V8 makes no object of it.
  const wrapper: Target = function (this: unknown): unknown {
    if (new.target !== undefined) {
      // biome-ignore lint/complexity/noArguments: see above
      return Reflect.construct(fn, arguments, new.target === wrapper ? fn : new.target);
    }
    // Two calls, because V8 inlines neither function into one that may be of either.
    // biome-ignore lint/complexity/noArguments: see above
    if (state.disabled) return Reflect.apply(fn, this, arguments);
    // biome-ignore lint/complexity/noArguments: see above
    return Reflect.apply(observed, this, arguments);
  };
  keepShape(wrapper, fn);
  wrappers.add(wrapper);
  return wrapper;
}

/**
 * Calls `fn` and records the call. Bookkeeping stands outside of the `try` of the user's code, so that a fault of the
 * one is never taken for the other.
 */
function observe(fn: Target, site: CallSite): Target {
  const rich: Target = function (this: unknown, ...args: unknown[]): unknown {
    return callRich(fn, site, this, args);
  };
  return function (this: unknown): unknown {
    if (site.generation !== runtime.generation) site.resolve(this);
    // biome-ignore lint/complexity/noArguments: as in `wrap`
    if (site.rich) return Reflect.apply(rich, this, arguments);

    let operation = site.operation;
    let token: unknown;
    const startMillis = monotonicMillis();
    try {
      token = operation.begin(startMillis);
    } catch (fault) {
      operation = IDLE;
      reportFault(site.names.operation, 'recording the begin', fault);
    }
    let result: unknown;
    try {
      // biome-ignore lint/complexity/noArguments: as in `wrap`
      result = Reflect.apply(fn, this, arguments);
    } catch (error) {
      new Call(site, operation, token, startMillis).fail(error, NO_ARGUMENTS);
      throw error;
    }
    if ((typeof result === 'object' && result !== null) || typeof result === 'function') {
      const then = thenOf(result);
      if (then !== undefined || isStream(result, site.settings.stream)) {
        return followObject(new Call(site, operation, token, startMillis), result, then, NO_ARGUMENTS);
      }
    }
    try {
      operation.end(token, startMillis, monotonicMillis(), true, 'none', undefined, undefined);
    } catch (fault) {
      reportFault(site.names.operation, 'recording the end', fault);
    }
    return result;
  };
}

/** A call with a span, or with callbacks of the user's. */
function callRich(fn: Target, site: CallSite, self: unknown, given: unknown[]): unknown {
  const call = openCall(site);
  const args: Arguments = site.settings.attributes === undefined ? NO_ARGUMENTS : given;
  let result: unknown;
  try {
    result =
      call.context === undefined
        ? fn.apply(self, given)
        : context.with(call.context, () => fn.apply(self, given));
  } catch (error) {
    call.fail(error, args);
    throw error;
  }
  return follow(call, result, args);
}
