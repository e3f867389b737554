import type { Followed } from './followed.ts';
import { followStream } from './stream.ts';

const then = Promise.prototype.then;

/**
 * Follows a native promise through one derived from it, which is what the caller gets. The derived promise settles in
 * the same way, and since following it means being its only parent, a rejection that the caller leaves unhandled is
 * still reported by Node.js as unhandled. Properties of the promise's own (as on the results of process libraries) are
 * copied to the derived one.
 */
export function followPromise<Subject>(
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
  // Names only: Node.js itself leaves symbols on promises while async hooks are on.
  if (Object.getOwnPropertyNames(promise).length > 0) copyOwn(promise, derived);
  return derived;
}

function copyOwn(from: object, to: object): void {
  for (const key of Reflect.ownKeys(from)) {
    if (Object.hasOwn(to, key)) continue;
    const descriptor = Object.getOwnPropertyDescriptor(from, key);
    if (descriptor !== undefined) Reflect.defineProperty(to, key, descriptor);
  }
}
