import { claim } from './claim.ts';
import type { Followed } from './followed.ts';
import { applyIn } from './in-context.ts';
import { accepts, type Method, methodOf, overlay } from './overlay.ts';

const STEPS = ['next', 'return', 'throw'] as const;
type Step = (typeof STEPS)[number];

/**
 * Follows an iterator in place: it stays the object it is, with its class and prototype, and its `next`, `return` and
 * `throw` are overlaid. Each step runs in the context of the call. The call ends when the iterator is done, throws, or
 * is closed early. What cannot be overlaid ends its call at once. At the end the iterator is left alone again, and
 * whatever else `restores` puts back is put back. Returns what does so before. The call has claimed the iterator.
 */
export function followIterator<Subject>(
  call: Followed<Subject>,
  iterator: object,
  subject: Subject,
  restores: (() => void)[] = [],
): () => void {
  if (!accepts(iterator, STEPS)) {
    call.succeed(undefined, subject);
    return () => {};
  }
  call.stream?.();
  const steps: Steps = {
    areFollowed: true,
    leave: () => {
      if (!steps.areFollowed) return;
      steps.areFollowed = false;
      for (const restore of restores) restore();
    },
  };
  for (const name of STEPS) {
    const method = methodOf(iterator, name);
    if (method !== undefined)
      restores.push(overlay(iterator, name, followedStep(call, name, method, subject, steps)));
    else if (name === 'return' && !(name in iterator))
      restores.push(overlay(iterator, name, closing(call, subject, steps)));
  }
  call.watch(iterator);
  return steps.leave;
}

/** Whether the overlays of an iterator do more than pass on: one that somebody has wrapped cannot be taken away. */
interface Steps {
  areFollowed: boolean;
  readonly leave: () => void;
}

function followedStep<Subject>(
  call: Followed<Subject>,
  name: Step,
  method: Method,
  subject: Subject,
  steps: Steps,
): Method {
  const seen = (step: unknown): unknown => {
    if (typeof step !== 'object' || step === null) return step;
    if (!(step as IteratorResult<unknown>).done) call.item?.();
    else if (name === 'return') call.close((step as IteratorResult<unknown>).value, subject);
    else call.succeed((step as IteratorResult<unknown>).value, subject);
    if (call.ended) steps.leave();
    return step;
  };
  const failed = (error: unknown): never => {
    call.fail(error, subject);
    steps.leave();
    throw error;
  };
  return function followed(this: unknown, ...given: unknown[]): unknown {
    if (call.ended || !steps.areFollowed) return Reflect.apply(method, this, given);
    let step: unknown;
    try {
      step = applyIn(call.context, method, this, given);
    } catch (error) {
      return failed(error);
    }
    return step instanceof Promise ? step.then(seen, failed) : seen(step);
  };
}

/** The `return` of an iterator that has none: it tells us of the early close, and the consumer what it expects. */
function closing<Subject>(call: Followed<Subject>, subject: Subject, steps: Steps): Method {
  return (value) => {
    call.close(value, subject);
    steps.leave();
    return { done: true, value };
  };
}

/**
 * Follows an async iterable in place: the first iterator that is asked of it is that of the call. Until then its own
 * steps are, if it has such: it may be its own iterator, or a cursor whose `next` gives documents, and which iterates
 * by calling it. Its other methods work as ever, on the object itself. What an earlier call follows still, as an
 * iterable that returns itself from `add`, ends its call at once.
 */
export function followIterable<Subject>(call: Followed<Subject>, iterable: object, subject: Subject): void {
  const open = methodOf(iterable, Symbol.asyncIterator);
  if (open === undefined || !accepts(iterable, [Symbol.asyncIterator]) || !claim(call, iterable)) {
    call.succeed(undefined, subject);
    return;
  }
  call.stream?.();
  const restores: (() => void)[] = [];
  const leaveSteps =
    methodOf(iterable, 'next') === undefined ? undefined : followIterator(call, iterable, subject, restores);
  const restore = overlay(
    iterable,
    Symbol.asyncIterator,
    function followed(this: unknown, ...given: unknown[]): unknown {
      if (this === iterable) restore();
      leaveSteps?.();
      if (call.ended) return Reflect.apply(open, this, given);
      let iterator: unknown;
      try {
        iterator = applyIn(call.context, open, this, given);
      } catch (error) {
        call.fail(error, subject);
        throw error;
      }
      if (typeof iterator === 'object' && iterator !== null) {
        try {
          if (iterator === iterable || claim(call, iterator)) followIterator(call, iterator, subject);
          else call.succeed(undefined, subject);
        } catch (fault) {
          call.report('following the iterator', fault);
          call.succeed(undefined, subject);
        }
      }
      return iterator;
    },
  );
  restores.push(restore);
  call.watch(iterable);
}
