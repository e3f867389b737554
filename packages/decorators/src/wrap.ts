import { context } from '@opentelemetry/api';
import { monotonicMillis, runtime } from '@org/instrument-core';
import { type Arguments, Call, NO_ARGUMENTS, openCall } from './call.ts';
import { type CallSite, IDLE } from './call-site.ts';
import { reportFault } from './faults.ts';
import { keepShape } from './keep-shape.ts';
import { follow, thenOf } from './results/follow.ts';
import { isStream } from './results/stream.ts';

/** A function as the wrapper sees it. */
export type Target = (this: unknown, ...args: unknown[]) => unknown;

const wrappers = new WeakSet<object>();

/** Whether the function is one of our wrappers. */
export function isWrapped(fn: object): boolean {
  return wrappers.has(fn);
}

/**
 * The instrumented form of `fn`. While the runtime is `disabled` a call costs one test. A call that asks for metrics
 * only allocates nothing when `fn` is synchronous: two reads of the clock, `begin` and `end`. Called with `new`, `fn`
 * is constructed unobserved.
 *
 * Bookkeeping stands outside of the `try` of the user's code, so that a fault of the one is never taken for the other.
 */
export function wrap(fn: Target, site: CallSite): Target {
  const wrapper: Target = function (this: unknown): unknown {
    // biome-ignore lint/complexity/noArguments: a rest parameter would allocate an array on each call
    const args = arguments as unknown as unknown[];
    if (new.target !== undefined)
      return Reflect.construct(fn, args, new.target === wrapper ? fn : new.target);
    if (runtime.disabled) return Reflect.apply(fn, this, args);
    if (site.generation !== runtime.generation) site.resolve(this);
    if (site.rich) return callRich(fn, site, this, args);

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
      result = Reflect.apply(fn, this, args);
    } catch (error) {
      new Call(site, operation, token, startMillis).fail(error, NO_ARGUMENTS);
      throw error;
    }
    if ((typeof result === 'object' && result !== null) || typeof result === 'function') {
      const then = thenOf(result);
      if (then !== undefined || isStream(result, site.settings.stream)) {
        return follow(new Call(site, operation, token, startMillis), result, then, NO_ARGUMENTS);
      }
    }
    try {
      operation.end(token, startMillis, monotonicMillis(), true, 'none', undefined, undefined);
    } catch (fault) {
      reportFault(site.names.operation, 'recording the end', fault);
    }
    return result;
  };
  keepShape(wrapper, fn);
  wrappers.add(wrapper);
  return wrapper;
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
  if ((typeof result === 'object' && result !== null) || typeof result === 'function') {
    return follow(call, result, thenOf(result), args);
  }
  call.succeed(result, args);
  return result;
}
