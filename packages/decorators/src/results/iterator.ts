import type { Arguments, Call } from '../call.ts';
import { endWhenAbandoned } from './abandoned.ts';
import { accepts, type Method, methodOf, overlay } from './patch.ts';

const STEPS = ['next', 'return', 'throw'] as const;

/**
 * Observes an iterator in place: it stays the object it is, with its class and prototype, and its
 * `next`, `return` and `throw` are overlaid. Each step runs in the context of the call. The call ends when the iterator
 * is done, throws, or is closed early, which is no failure. What cannot be overlaid ends its call at once.
 */
export function observeIterator(call: Call, iterator: object, args: Arguments): void {
  if (!accepts(iterator, STEPS)) {
    call.succeed(undefined, args);
    return;
  }
  call.stream();
  const seen = (step: unknown): unknown => {
    if (typeof step !== 'object' || step === null) return step;
    if ((step as IteratorResult<unknown>).done) call.succeed((step as IteratorResult<unknown>).value, args);
    else call.item();
    return step;
  };
  const failed = (error: unknown): never => {
    call.fail(error, args);
    throw error;
  };
  for (const name of STEPS) {
    const method = methodOf(iterator, name);
    if (method !== undefined) overlay(iterator, name, observedStep(call, method, seen, failed));
    else if (name === 'return' && !(name in iterator)) overlay(iterator, name, closing(call, args));
  }
  endWhenAbandoned(call, iterator);
}

function observedStep(
  call: Call,
  method: Method,
  seen: (step: unknown) => unknown,
  failed: (error: unknown) => never,
): Method {
  return function observed(this: unknown, ...given: unknown[]): unknown {
    if (call.ended) return Reflect.apply(method, this, given);
    let step: unknown;
    try {
      step = call.run(() => Reflect.apply(method, this, given));
    } catch (error) {
      return failed(error);
    }
    return step instanceof Promise ? step.then(seen, failed) : seen(step);
  };
}

/** The `return` of an iterator that has none: it tells us of the early close, and the consumer what it expects. */
function closing(call: Call, args: Arguments): Method {
  return (value) => {
    call.succeed(value, args);
    return { done: true, value };
  };
}

/**
 * Observes an async iterable in place: the first iterator that is asked of it is that of the call. Its other methods
 * work as ever, on the object itself.
 */
export function observeIterable(call: Call, iterable: object, args: Arguments): void {
  const open = methodOf(iterable, Symbol.asyncIterator);
  if (open === undefined || !accepts(iterable, [Symbol.asyncIterator])) {
    call.succeed(undefined, args);
    return;
  }
  call.stream();
  if (methodOf(iterable, 'next') !== undefined) observeIterator(call, iterable, args);
  const restore = overlay(
    iterable,
    Symbol.asyncIterator,
    function observed(this: unknown, ...given): unknown {
      if (this === iterable) restore();
      if (call.ended) return Reflect.apply(open, this, given);
      let iterator: unknown;
      try {
        iterator = call.run(() => Reflect.apply(open, this, given));
      } catch (error) {
        call.fail(error, args);
        throw error;
      }
      const isOther = iterator !== iterable && typeof iterator === 'object' && iterator !== null;
      if (isOther) observeIterator(call, iterator as object, args);
      return iterator;
    },
  );
  endWhenAbandoned(call, iterable);
}
