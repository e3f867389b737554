import type { Followed } from './followed.ts';
import type { Method } from './overlay.ts';
import { followPromise } from './promise.ts';
import { followStream } from './stream.ts';
import { followThenable } from './thenable.ts';

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
 * Follows whatever a function returned to the end of its call; what is neither promise nor stream ends it at once.
 * Returns what the caller gets: the result itself, or for native promises and web streams one of the same class over it.
 */
export function follow<Subject>(call: Followed<Subject>, result: unknown, subject: Subject): unknown {
  if ((typeof result === 'object' && result !== null) || typeof result === 'function') {
    return followObject(call, result, thenOf(result), subject);
  }
  call.succeed(result, subject);
  return result;
}

/** As {@link follow}, for an object of which {@link thenOf} has found `then`. */
export function followObject<Subject>(
  call: Followed<Subject>,
  result: object,
  then: Method | undefined,
  subject: Subject,
): unknown {
  try {
    if (then === undefined) {
      const stream = followStream(call, result, subject);
      if (stream !== undefined) return stream;
    } else if (Object.getPrototypeOf(result) === Promise.prototype) {
      return followPromise(call, result as Promise<unknown>, subject);
    } else {
      followThenable(call, result, then, subject);
      return result;
    }
  } catch (fault) {
    call.report('following the result', fault);
  }
  call.succeed(result, subject);
  return result;
}
