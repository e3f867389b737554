import { type AnyFunction, describeValue, isClass } from '@org/instrument-core';
import { CallSite } from './call-site.ts';
import { functionNames } from './names.ts';
import type { InstrumentOptions } from './options.ts';
import { misuse, settingsOf } from './validate-options.ts';
import { type Target, wrap } from './wrap.ts';
import { yieldsItems } from './yields-items.ts';

/**
 * The instrumented form of a function: the same type, `this`, `name`, `length`, properties, result and errors, and a
 * histogram, a counter of calls, an up-down counter of active calls and a span for it.
 *
 * The function decides with each result how it is measured. Synchronous values end the call. A native promise is
 * returned as one derived from it; any other thenable is returned as it is, observed when its `then` is first called.
 * Generators and async iterables are returned as they are, observed step by step; a web `ReadableStream` is returned
 * as a stream over it.
 *
 * @param options a name, or options; by default the operation is called as the function is.
 * @throws InstrumentError `INSTRUMENT_DECORATOR_MISUSE` for what is no function, for a class, and for wrong options.
 *
 * @example
 * const load = instrumentFunction(async (id: string) => db.find(id), {
 *   name: 'users.load',
 *   attributes: ([id]) => ({ 'user.id': id }),
 * });
 */
export function instrumentFunction<F extends AnyFunction>(fn: F, options?: string | InstrumentOptions<F>): F {
  if (typeof fn !== 'function') {
    const found = describeValue(fn);
    throw misuse('instrumentFunction takes a function', [{ path: 'fn', found, expected: 'a function' }]);
  }
  if (isClass(fn)) {
    const fix = 'Decorate the class with @instrumented instead.';
    throw misuse('instrumentFunction takes a function', [
      { path: 'fn', found: 'a class', expected: 'a function', fix },
    ]);
  }
  const settings = settingsOf(options, undefined, `instrumentFunction(${functionNames(fn).function})`);
  const names = functionNames(fn, settings.name);
  const site = new CallSite(settings, () => names, names, yieldsItems(fn));
  return wrap(fn as unknown as Target, site) as unknown as F;
}
