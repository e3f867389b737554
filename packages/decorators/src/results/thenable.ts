import { context } from '@opentelemetry/api';
import type { Arguments, Call } from '../call.ts';
import { endWhenAbandoned } from './abandoned.ts';
import { accepts, type Method, overlay } from './patch.ts';
import { observeStream } from './stream.ts';

/**
 * Observes a thenable that is no plain native promise, and returns nothing: the caller keeps the object itself. Its
 * `then` is overlaid until the first consumer calls it. So a lazy query is not started by us, can still be refined,
 * and runs within the span of the call; a subclass of `Promise` keeps its class, its identity and its unhandled
 * rejections. A thenable that cannot be overlaid (frozen) has its call end when it is returned.
 */
export function observeThenable(call: Call, thenable: object, then: Method, args: Arguments): void {
  if (!accepts(thenable, ['then'])) {
    call.succeed(undefined, args);
    return;
  }
  const restore = overlay(
    thenable,
    'then',
    function observedThen(this: unknown, ...handlers: unknown[]): unknown {
      if (this === thenable) restore();
      if (call.ended) return Reflect.apply(then, this, handlers);
      const [onFulfilled, onRejected] = handlers.map(inCallersContext);
      const fulfilled = (value: unknown): unknown => {
        const stream = observeStream(call, value, args);
        if (stream === undefined) call.succeed(value, args);
        const seen = stream ?? value;
        return typeof onFulfilled === 'function' ? onFulfilled(seen) : seen;
      };
      const rejected = (error: unknown): unknown => {
        call.fail(error, args);
        if (typeof onRejected === 'function') return onRejected(error);
        throw error;
      };
      return call.run(() => Reflect.apply(then, this, [fulfilled, rejected, ...handlers.slice(2)]));
    },
  );
  endWhenAbandoned(call, thenable);
}

/** The handlers are the consumer's: what they do does not belong to the span of the call. */
function inCallersContext(handler: unknown): unknown {
  return typeof handler === 'function' ? context.bind(context.active(), handler) : handler;
}
