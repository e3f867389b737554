import { reportFault } from '@org/instrument-core';
import type { Followed } from './followed.ts';
import { followIterable, followIterator } from './iterator.ts';
import { followNodeStream, isNodeStream } from './node-stream.ts';
import { followWebStream, isFollowable } from './web-stream.ts';

// %GeneratorPrototype% and %AsyncGeneratorPrototype%, which have no global name (ECMA-262, 27.5.1 and 27.6.1).
const GENERATOR: object = Object.getPrototypeOf(function* () {}).prototype;
const ASYNC_GENERATOR: object = Object.getPrototypeOf(async function* () {}).prototype;
const { isPrototypeOf: precedes } = Object.prototype;

/**
 * Whether a result gives items over time: a generator, an async iterable, a web stream; a Node.js stream when `stream`
 * is `true`. Arrays, maps and strings do not: they are there already. Looks no property up.
 */
export function isStream(value: object, stream: boolean | undefined): boolean {
  if (stream === false) return false;
  try {
    if (Symbol.asyncIterator in value) return stream === true || !isNodeStream(value);
    return Symbol.iterator in value && precedes.call(GENERATOR, value);
  } catch {
    return false;
  }
}

/**
 * Follows a stream to its end. Returns what the caller gets in its place, which is the stream itself but for web
 * streams; `undefined` when it is no stream.
 */
export function followStream(call: Followed, value: unknown, stream: boolean | undefined): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  if (!isStream(value, stream)) return undefined;
  try {
    if (value instanceof ReadableStream) {
      if (isFollowable(value)) return followWebStream(call, value);
      call.succeed(undefined);
    } else if (isNodeStream(value)) followNodeStream(call, value);
    else if (precedes.call(GENERATOR, value) || precedes.call(ASYNC_GENERATOR, value))
      followIterator(call, value);
    else followIterable(call, value);
  } catch (fault) {
    reportFault('audit', 'following a stream', fault);
    call.succeed(undefined);
  }
  return value;
}
