import { types } from 'node:util';
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
  site.isAsync = types.isAsyncFunction(fn);
  const observed = observe(fn, site);
  const rich = observeRich(fn, site);
  // `arguments` rather than a rest parameter, and used for nothing but Reflect.apply: then V8 makes no object of it.
  const wrapper: Target = function (this: unknown): unknown {
    if (new.target !== undefined) {
      // biome-ignore lint/complexity/noArguments: see above
      return Reflect.construct(fn, arguments, new.target === wrapper ? fn : new.target);
    }
    // Several calls, because V8 inlines none of the functions into one that may be of any.
    // biome-ignore lint/complexity/noArguments: see above
    if (state.disabled) return Reflect.apply(fn, this, arguments);
    if (site.generation !== state.generation) site.resolve(this);
    // biome-ignore lint/complexity/noArguments: see above
    if (site.rich) return Reflect.apply(rich, this, arguments);
    // biome-ignore lint/complexity/noArguments: see above
    return Reflect.apply(observed, this, arguments);
  };
  keepShape(wrapper, fn);
  wrappers.add(wrapper);
  return wrapper;
}

/**
 * Calls `fn` and records the call. Bookkeeping stands outside of the `try` of the user's code, so that a fault of the
 * one is never taken for the other. Where it lacks the stack, which functions that call themselves without end use up, the
 * call is not recorded, but it does not stay active: that takes an assignment, and no call.
 */
function observe(fn: Target, site: CallSite): Target {
  return function (this: unknown): unknown {
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
      const { active } = operation;
      try {
        new Call(site, operation, token, startMillis).fail(error, NO_ARGUMENTS);
      } catch {
        if (active !== undefined && operation.active === active) operation.active = active - 1;
      }
      throw error;
    }
    const { active } = operation;
    let call: Call | undefined;
    try {
      if ((typeof result === 'object' && result !== null) || typeof result === 'function') {
        const then = thenOf(result);
        if ((then !== undefined || isStream(result, site.settings.stream)) && !isFluent(this, result)) {
          call = new Call(site, operation, token, startMillis);
          return followObject(call, result, then, NO_ARGUMENTS);
        }
      }
      operation.end(token, startMillis, monotonicMillis(), true, 'none', undefined, undefined);
    } catch (fault) {
      // What was followed in part must not end later, too.
      if (call !== undefined) call.ended = true;
      if (active !== undefined && operation.active === active) operation.active = active - 1;
      else reportFault(site.names.operation, 'recording the end', fault);
    }
    return result;
  };
}

/** As the function of {@link observe}, for calls with a span, or with callbacks of the user's. */
function observeRich(fn: Target, site: CallSite): Target {
  return function (this: unknown, ...given: unknown[]): unknown {
    const call = openCall(site);
    const { operation } = call;
    const args: Arguments = site.settings.attributes === undefined ? NO_ARGUMENTS : given;
    let result: unknown;
    try {
      // The context takes Reflect.apply itself: a function of ours would be one more frame of the user's stack.
      result =
        call.context === undefined
          ? Reflect.apply(fn, this, given)
          : context.with(call.context, Reflect.apply, undefined, fn, this, given);
    } catch (error) {
      const { active } = operation;
      try {
        call.fail(error, args);
      } catch {
        if (active !== undefined && operation.active === active) operation.active = active - 1;
      }
      throw error;
    }
    const { active } = operation;
    try {
      if (!isFluent(this, result)) return follow(call, result, args);
      call.succeed(result, args);
    } catch {
      call.ended = true;
      if (active !== undefined && operation.active === active) operation.active = active - 1;
    }
    return result;
  };
}

/** A fluent method, which gives back its own object, is done; what that is asked for later is another's business. */
function isFluent(self: unknown, result: unknown): boolean {
  return result === self && !(result instanceof Promise);
}
