import type { Followed } from './followed.ts';
import { Stamp } from './stamp.ts';
import { followStream } from './stream.ts';

const then = Promise.prototype.then;

/**
 * Follows a native promise through one derived from it, which is what the caller gets. The derived promise settles in
 * the same way, and since following it means being its only parent, a rejection that the caller leaves unhandled is
 * still reported by Node.js as unhandled. A promise that is returned again is answered with the same derived one: who
 * handles its rejection does so for all that have it. Properties of the promise's own (as on the results of process
 * libraries) are copied to the derived one, unless all of them are symbols.
 */
export function followPromise<Subject>(
  call: Followed<Subject>,
  promise: Promise<unknown>,
  subject: Subject,
): Promise<unknown> {
  // Functions of their own, because V8 inlines this one only while it is small.
  return call.isAsync === true ? derive(call, promise, subject) : deriveOnce(call, promise, subject);
}

function derive<Subject>(
  call: Followed<Subject>,
  promise: Promise<unknown>,
  subject: Subject,
): Promise<unknown> {
  const derived = then.call(
    promise,
    (value) => {
      const stream = followStream(call, value, subject);
      if (stream !== undefined) return stream;
      call.succeed(value, subject);
      return value;
    },
    (error: unknown) => {
      call.fail(error, subject);
      throw error;
    },
  ) as Promise<unknown>;
  // Names only: Node.js itself leaves symbols on promises while async hooks are on, and to ask for them is dear.
  if (Object.getOwnPropertyNames(promise).length > 0) copyOwn(promise, derived);
  return derived;
}

function deriveOnce<Subject>(
  call: Followed<Subject>,
  promise: Promise<unknown>,
  subject: Subject,
): Promise<unknown> {
  const known = Derived.of(promise);
  if (known !== undefined) {
    observe(call, promise, subject);
    return known;
  }
  const derived = derive(call, promise, subject);
  if (Object.isExtensible(promise)) Derived.put(promise, derived);
  return derived;
}

/** Tells a further call how a promise settles. The rejection is the first call's to pass on. */
function observe<Subject>(call: Followed<Subject>, promise: Promise<unknown>, subject: Subject): void {
  then.call(
    promise,
    (value) => {
      if (followStream(call, value, subject) === undefined) call.succeed(value, subject);
    },
    (error: unknown) => call.fail(error, subject),
  );
}

/** What a promise was answered with. */
class Derived extends Stamp {
  #promise: Promise<unknown> | undefined;

  static of(promise: object): Promise<unknown> | undefined {
    return #promise in promise ? promise.#promise : undefined;
  }

  static put(promise: object, derived: Promise<unknown>): void {
    const stamp = new Derived(promise);
    stamp.#promise = derived;
  }
}

function copyOwn(from: object, to: object): void {
  for (const key of Reflect.ownKeys(from)) {
    if (Object.hasOwn(to, key)) continue;
    const descriptor = Object.getOwnPropertyDescriptor(from, key);
    if (descriptor !== undefined) Reflect.defineProperty(to, key, descriptor);
  }
}
