import type { Arguments, Call } from '../call.ts';
import { reportFault } from '../faults.ts';
import type { Method } from './patch.ts';
import { observePromise } from './promise.ts';
import { observeStream } from './stream.ts';
import { observeThenable } from './thenable.ts';

/** What {@link thenOf} says of a plain native promise, whose `then` need not be looked up. */
const NATIVE_THEN = Promise.prototype.then as Method;

/** The `then` of a result, looked up once; `undefined` when it has none. Never throws. */
export function thenOf(result: object): Method | undefined {
  try {
    if (Object.getPrototypeOf(result) === Promise.prototype) return NATIVE_THEN;
    const { then } = result as { then?: unknown };
    return typeof then === 'function' ? (then as Method) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Follows a result to the end of the call: `then` is what {@link thenOf} found. Returns what the caller gets: the
 * result itself, or for native promises and web streams one of the same class over it.
 */
export function follow(call: Call, result: object, then: Method | undefined, args: Arguments): unknown {
  try {
    if (then === undefined) {
      const stream = observeStream(call, result, args);
      if (stream !== undefined) return stream;
    } else if (Object.getPrototypeOf(result) === Promise.prototype) {
      return observePromise(call, result as Promise<unknown>, args);
    } else {
      observeThenable(call, result, then, args);
      return result;
    }
  } catch (fault) {
    reportFault(call.site.names.operation, 'observing the result', fault);
  }
  call.succeed(result, args);
  return result;
}
