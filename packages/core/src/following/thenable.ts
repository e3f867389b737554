import { context } from '@opentelemetry/api';
import type { Followed } from './followed.ts';
import { applyIn } from './in-context.ts';
import { accepts, type Method, overlay } from './overlay.ts';
import { followStream } from './stream.ts';

/**
 * Follows a thenable that is no plain native promise, and returns nothing: the caller keeps the object itself. Its
 * `then` is overlaid until the first consumer calls it. So a lazy query is not started by us, can still be refined,
 * and runs in the context of the call; a subclass of `Promise` keeps its class, its identity and its unhandled
 * rejections. A thenable that cannot be overlaid (frozen) has its call end when it is returned.
 */
export function followThenable<Subject>(
  call: Followed<Subject>,
  thenable: object,
  then: Method,
  subject: Subject,
): void {
  if (!accepts(thenable, ['then'])) {
    call.succeed(undefined, subject);
    return;
  }
  const restore = overlay(
    thenable,
    'then',
    function followedThen(this: unknown, ...given: unknown[]): unknown {
      if (this === thenable) restore();
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
    },
  );
  call.watch(thenable);
}

/** The handlers are the consumer's: what they do does not belong to the context of the call. */
function inConsumersContext(handler: unknown): unknown {
  return typeof handler === 'function' ? context.bind(context.active(), handler) : handler;
}
