import { context } from '@opentelemetry/api';
import { claim, release } from './claim.ts';
import type { Followed } from './followed.ts';
import { applyIn } from './in-context.ts';
import { accepts, type Method, methodOf, overlay } from './overlay.ts';
import { followPromise } from './promise.ts';
import { followStream } from './stream.ts';

/** What else consumes a thenable, and may do so without its `then`. */
const SHORTHANDS = ['catch', 'finally'] as const;
type Shorthand = (typeof SHORTHANDS)[number];

/**
 * Follows a thenable that is no plain native promise, and returns nothing: the caller keeps the object itself. Its
 * `then`, and `catch` and `finally` of its own, are overlaid until the first consumer calls one of them. So a lazy
 * query is not started by us, can still be refined, and runs in the context of the call; a subclass of `Promise` keeps
 * its class, its identity and its unhandled rejections. A thenable that cannot be overlaid (frozen), or that waits for
 * its consumer on behalf of an earlier call, has its call end when it is returned.
 */
export function followThenable<Subject>(
  call: Followed<Subject>,
  thenable: object,
  then: Method,
  subject: Subject,
): void {
  if (!accepts(thenable, ['then']) || !claim(call, thenable)) {
    call.succeed(undefined, subject);
    return;
  }
  const consumption: Consumption = {
    isThen: false,
    leave: () => {
      for (const restore of restores) restore();
      release(thenable);
    },
  };
  const restores = [overlay(thenable, 'then', followedThen(call, thenable, then, subject, consumption))];
  for (const name of SHORTHANDS) {
    const method = name in thenable ? methodOf(thenable, name) : undefined;
    // Those of `Promise` call `then`.
    if (method === undefined || method === Promise.prototype[name] || !accepts(thenable, [name])) continue;
    restores.push(
      overlay(thenable, name, followedShorthand(call, thenable, name, method, subject, consumption)),
    );
  }
  call.watch(thenable);
}

/** How the first consumer consumes a thenable. */
interface Consumption {
  /** It has called `then`, be it through a shorthand. */
  isThen: boolean;
  /** Takes the overlays away. */
  readonly leave: () => void;
}

function followedThen<Subject>(
  call: Followed<Subject>,
  thenable: object,
  then: Method,
  subject: Subject,
  consumption: Consumption,
): Method {
  return function followed(this: unknown, ...given: unknown[]): unknown {
    consumption.isThen = true;
    if (this === thenable) consumption.leave();
    if (call.ended) return Reflect.apply(then, this, given);
    const handlers = call.context === undefined ? given : given.map(inConsumersContext);
    const [onFulfilled, onRejected, ...more] = handlers;
    const fulfilled = (value: unknown): unknown => {
      const stream = followStream(call, value, subject);
      if (stream === undefined) call.succeed(value, subject);
      const seen = stream ?? value;
      return typeof onFulfilled === 'function' ? onFulfilled(seen) : seen;
    };
    const rejected = (error: unknown): unknown => {
      call.fail(error, subject);
      if (typeof onRejected === 'function') return onRejected(error);
      throw error;
    };
    try {
      return applyIn(call.context, then, this, [fulfilled, rejected, ...more]);
    } catch (error) {
      call.fail(error, subject);
      throw error;
    }
  };
}

/**
 * A `catch` or `finally` that may not call `then`. Its handler tells of a failure; of a success tells only what it
 * returns, which so is followed, too: it settles as the thenable does, once the handler of a `finally` is through.
 */
function followedShorthand<Subject>(
  call: Followed<Subject>,
  thenable: object,
  name: Shorthand,
  method: Method,
  subject: Subject,
  consumption: Consumption,
): Method {
  return function followed(this: unknown, ...given: unknown[]): unknown {
    if (call.ended || consumption.isThen) return Reflect.apply(method, this, given);
    // What stands before the handler are classes of errors to be caught (Bluebird).
    const handler = given.at(-1);
    if (typeof handler === 'function') given[given.length - 1] = seeing(call, name, handler, subject);
    let result: unknown;
    try {
      result = applyIn(call.context, method, this, given);
    } catch (error) {
      if (this === thenable) consumption.leave();
      call.fail(error, subject);
      throw error;
    }
    if (consumption.isThen) return result;
    if (this === thenable) consumption.leave();
    return call.ended ? result : followConsequence(call, result, subject);
  };
}

/** The handler of a shorthand, which tells of the failure that a `catch` is called with. */
function seeing<Subject>(
  call: Followed<Subject>,
  name: Shorthand,
  handler: unknown,
  subject: Subject,
): unknown {
  const own = (call.context === undefined ? handler : inConsumersContext(handler)) as Method;
  if (name === 'finally') return own;
  return function seen(this: unknown, ...given: unknown[]): unknown {
    call.fail(given[0], subject);
    return Reflect.apply(own, this, given);
  };
}

function followConsequence<Subject>(call: Followed<Subject>, result: unknown, subject: Subject): unknown {
  try {
    if (typeof result === 'object' && result !== null) {
      if (Object.getPrototypeOf(result) === Promise.prototype) {
        const derived = followPromise(call, result as Promise<unknown>, subject);
        call.watch(derived);
        return derived;
      }
      const then = methodOf(result, 'then');
      if (then !== undefined) {
        followThenable(call, result, then, subject);
        return result;
      }
    }
  } catch (fault) {
    call.report('following the result', fault);
  }
  call.succeed(undefined, subject);
  return result;
}

/** The handlers are the consumer's: what they do does not belong to the context of the call. */
function inConsumersContext(handler: unknown): unknown {
  return typeof handler === 'function' ? context.bind(context.active(), handler) : handler;
}
