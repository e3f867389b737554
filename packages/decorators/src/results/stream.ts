import type { Arguments, Call } from '../call.ts';
import { reportFault } from '../faults.ts';
import { isAsyncGenerator, isGenerator, observeGenerator } from './generator.ts';
import { observeIterable } from './iterator.ts';
import { isNodeStream, observeNodeStream } from './node-stream.ts';
import { isObservable, observeReadableStream } from './readable-stream.ts';

/**
 * Whether a result gives items over time: a generator, an async iterable, a web stream; a Node.js stream when
 * `stream` is `true`. Arrays, maps and strings do not: they are there already. Looks no property up.
 */
export function isStream(value: object, stream: boolean | undefined): boolean {
  if (stream === false) return false;
  try {
    if (Symbol.asyncIterator in value) return stream === true || !isNodeStream(value);
    return Symbol.iterator in value && isGenerator(value);
  } catch {
    return false;
  }
}

/**
 * Observes a stream to its end. Returns what the caller gets in its place, which is the stream itself but for web
 * streams; `undefined` when it is no stream.
 */
export function observeStream(call: Call, value: unknown, args: Arguments): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  if (!isStream(value, call.site.settings.stream)) return undefined;
  try {
    if (value instanceof ReadableStream) {
      if (isObservable(value)) return observeReadableStream(call, value, args);
      call.succeed(undefined, args);
    } else if (isNodeStream(value)) observeNodeStream(call, value, args);
    else if (isGenerator(value) || isAsyncGenerator(value)) observeGenerator(call, value, args);
    else observeIterable(call, value, args);
  } catch (fault) {
    reportFault(call.site.names.operation, 'observing the stream', fault);
    call.succeed(undefined, args);
  }
  return value;
}
