import type { Followed } from './followed.ts';
import { accepts, type Method, overlay } from './patch.ts';
import { followStream } from './stream.ts';

/**
 * Follows a thenable that is no plain native promise, in place: its `then` is overlaid until the first consumer calls
 * it. So a lazy query is not started by us and can still be refined, and a subclass of `Promise` keeps its class and
 * identity. A thenable that cannot be overlaid (frozen) has its call end when it is returned.
 */
export function followThenable(
  call: Followed,
  thenable: object,
  then: Method,
  stream: boolean | undefined,
): void {
  if (!accepts(thenable, ['then'])) {
    call.succeed(undefined);
    return;
  }
  const restore = overlay(
    thenable,
    'then',
    function observedThen(this: unknown, ...handlers: unknown[]): unknown {
      if (this === thenable) restore();
      if (call.ended) return Reflect.apply(then, this, handlers);
      const [onFulfilled, onRejected, ...more] = handlers;
      const fulfilled = (value: unknown): unknown => {
        const followed = followStream(call, value, stream);
        if (followed === undefined) call.succeed(value);
        const seen = followed ?? value;
        return typeof onFulfilled === 'function' ? onFulfilled(seen) : seen;
      };
      const rejected = (error: unknown): unknown => {
        call.fail(error);
        if (typeof onRejected === 'function') return onRejected(error);
        throw error;
      };
      try {
        return Reflect.apply(then, this, [fulfilled, rejected, ...more]);
      } catch (error) {
        call.fail(error);
        throw error;
      }
    },
  );
  call.watch(thenable);
}
