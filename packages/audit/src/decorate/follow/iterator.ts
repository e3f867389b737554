import type { Followed } from './followed.ts';
import { accepts, type Method, methodOf, overlay } from './patch.ts';

const STEPS = ['next', 'return', 'throw'] as const;
type Step = (typeof STEPS)[number];

/**
 * Follows an iterator in place: it stays the object it is, and its `next`, `return` and `throw` are overlaid. The call
 * ends when the iterator is done or throws; when the consumer closes it early it is cancelled. What cannot be overlaid
 * ends its call at once.
 */
export function followIterator(call: Followed, iterator: object): void {
  if (!accepts(iterator, STEPS)) {
    call.succeed(undefined);
    return;
  }
  for (const name of STEPS) {
    const method = methodOf(iterator, name);
    if (method !== undefined) overlay(iterator, name, followedStep(call, name, method));
    else if (name === 'return' && !(name in iterator)) overlay(iterator, name, closing(call));
  }
  call.watch(iterator);
}

function followedStep(call: Followed, name: Step, method: Method): Method {
  const seen = (step: unknown): unknown => {
    if (typeof step !== 'object' || step === null || !(step as IteratorResult<unknown>).done) return step;
    if (name === 'return') call.cancel();
    else call.succeed((step as IteratorResult<unknown>).value);
    return step;
  };
  const failed = (error: unknown): never => {
    call.fail(error);
    throw error;
  };
  return function followed(this: unknown, ...given: unknown[]): unknown {
    if (call.ended) return Reflect.apply(method, this, given);
    let step: unknown;
    try {
      step = Reflect.apply(method, this, given);
    } catch (error) {
      return failed(error);
    }
    return step instanceof Promise ? step.then(seen, failed) : seen(step);
  };
}

/** The `return` of an iterator that has none: it tells us of the early close, and the consumer what it expects. */
function closing(call: Followed): Method {
  return (value) => {
    call.cancel();
    return { done: true, value };
  };
}

/**
 * Follows an async iterable in place: the first iterator that is asked of it is that of the call. Its other methods
 * work as ever, on the object itself.
 */
export function followIterable(call: Followed, iterable: object): void {
  const open = methodOf(iterable, Symbol.asyncIterator);
  if (open === undefined || !accepts(iterable, [Symbol.asyncIterator])) {
    call.succeed(undefined);
    return;
  }
  if (methodOf(iterable, 'next') !== undefined) followIterator(call, iterable);
  const restore = overlay(
    iterable,
    Symbol.asyncIterator,
    function followed(this: unknown, ...given: unknown[]): unknown {
      if (this === iterable) restore();
      if (call.ended) return Reflect.apply(open, this, given);
      let iterator: unknown;
      try {
        iterator = Reflect.apply(open, this, given);
      } catch (error) {
        call.fail(error);
        throw error;
      }
      const isOther = iterator !== iterable && typeof iterator === 'object' && iterator !== null;
      if (isOther) followIterator(call, iterator as object);
      return iterator;
    },
  );
  call.watch(iterable);
}
