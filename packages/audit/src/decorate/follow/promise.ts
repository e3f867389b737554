import type { Followed } from './followed.ts';
import { followStream } from './stream.ts';

const then = Promise.prototype.then;

/**
 * Follows a native promise through one derived from it, which is what the caller gets. It settles in the same way, and
 * a rejection that the caller leaves unhandled is still reported by Node.js as unhandled. Properties of the promise's
 * own are copied to it.
 */
export function followPromise(
  call: Followed,
  promise: Promise<unknown>,
  stream: boolean | undefined,
): Promise<unknown> {
  const derived = then.call(
    promise,
    (value) => {
      const followed = followStream(call, value, stream);
      if (followed !== undefined) return followed;
      call.succeed(value);
      return value;
    },
    (error: unknown) => {
      call.fail(error);
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
