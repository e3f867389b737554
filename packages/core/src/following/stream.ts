import type { Followed } from './followed.ts';
import { followGenerator, isAsyncGenerator, isGenerator } from './generator.ts';
import { followIterable } from './iterator.ts';
import { followNodeStream, isNodeStream } from './node-stream.ts';
import { followedOver, followWebStream, isFollowable } from './web-stream.ts';

/**
 * Whether a result gives items over time: a generator, an async iterable, a web stream; a Node.js stream, even one that
 * takes them, when `option` is `true`; nothing when it is `false`. Arrays, maps and strings do not: they are there
 * already. Looks no property up.
 */
export function isStream(value: object, option: boolean | undefined): boolean {
  if (option === false) return false;
  try {
    if (Symbol.asyncIterator in value) return option === true || !isNodeStream(value);
    if (Symbol.iterator in value) return isGenerator(value);
    return option === true && isNodeStream(value);
  } catch {
    return false;
  }
}

/**
 * Follows a stream to its end. Returns what the caller gets in its place, which is the stream itself but for web
 * streams; `undefined` when it is no stream.
 */
export function followStream<Subject>(call: Followed<Subject>, value: unknown, subject: Subject): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  if (!isStream(value, call.streamOption)) return undefined;
  try {
    if (value instanceof ReadableStream) {
      const known = followedOver(value);
      if (known === undefined && isFollowable(value)) return followWebStream(call, value, subject);
      call.succeed(undefined, subject);
      return known ?? value;
    }
    if (isNodeStream(value)) followNodeStream(call, value, subject);
    else if (isGenerator(value) || isAsyncGenerator(value)) followGenerator(call, value, subject);
    else followIterable(call, value, subject);
  } catch (fault) {
    call.report('following the stream', fault);
    call.succeed(undefined, subject);
  }
  return value;
}
