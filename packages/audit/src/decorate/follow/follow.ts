import { reportFault } from '@org/instrument-core';
import type { Followed } from './followed.ts';
import type { Method } from './patch.ts';
import { followPromise } from './promise.ts';
import { followStream } from './stream.ts';
import { followThenable } from './thenable.ts';

/** What {@link thenOf} says of a plain native promise, whose `then` need not be looked up. */
const NATIVE_THEN = Promise.prototype.then as Method;

/**
 * Follows a result to the end of its call. Returns what the caller gets: the result itself, or for native promises and
 * web streams one of the same class over it.
 */
export function follow(call: Followed, result: unknown, stream: boolean | undefined): unknown {
  if ((typeof result === 'object' && result !== null) || typeof result === 'function') {
    const then = thenOf(result);
    try {
      if (then === undefined) {
        const followed = followStream(call, result, stream);
        if (followed !== undefined) return followed;
      } else if (then === NATIVE_THEN && Object.getPrototypeOf(result) === Promise.prototype) {
        return followPromise(call, result as Promise<unknown>, stream);
      } else {
        followThenable(call, result, then, stream);
        return result;
      }
    } catch (fault) {
      reportFault('audit', 'following a result', fault);
    }
  }
  call.succeed(result);
  return result;
}

/** The `then` of a result, looked up once; `undefined` when it has none. Never throws. */
function thenOf(result: object): Method | undefined {
  try {
    if (Object.getPrototypeOf(result) === Promise.prototype) return NATIVE_THEN;
    const { then } = result as { then?: unknown };
    return typeof then === 'function' ? (then as Method) : undefined;
  } catch {
    return undefined;
  }
}
