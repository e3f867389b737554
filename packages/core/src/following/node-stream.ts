import type { Duplex } from 'node:stream';
import { claim } from './claim.ts';
import type { Followed } from './followed.ts';
import { accepts, type Method, methodOf, overlay } from './overlay.ts';

/** Whether it is a stream of Node.js or of the `readable-stream` package. */
export function isNodeStream(value: object): boolean {
  return ('_readableState' in value || '_writableState' in value) && methodOf(value, 'emit') !== undefined;
}

/**
 * Follows a Node.js stream through the events that it emits, in place. No listener is added, since one for `data`
 * would start the flow, and one for `error` would hide an error that nobody handles. What can be read ends with `end`,
 * what can only be written with `finish`; closed before that it is cancelled. A stream that is over, or that an earlier
 * call follows still, ends its call at once.
 */
export function followNodeStream<Subject>(call: Followed<Subject>, stream: object, subject: Subject): void {
  const emit = methodOf(stream, 'emit') as Method;
  const isReadable = '_readableState' in stream;
  if (isOver(stream, isReadable) || !accepts(stream, ['emit']) || !claim(call, stream)) {
    call.succeed(undefined, subject);
    return;
  }
  call.stream?.();
  const end = isReadable ? 'end' : 'finish';
  const restore = overlay(stream, 'emit', function followedEmit(this: unknown, ...given: unknown[]): unknown {
    const event = given[0];
    if (event === 'data') call.item?.();
    else if (event === end) call.succeed(undefined, subject);
    else if (event === 'error') call.fail(given[1], subject);
    else if (event === 'close') call.cancel(subject);
    if (call.ended) restore();
    return Reflect.apply(emit, this, given);
  });
  call.watch(stream);
}

/** Whether it will emit nothing more that tells of its end. */
function isOver(stream: object, isReadable: boolean): boolean {
  const { closed, readableEnded, writableFinished } = stream as Partial<Duplex>;
  return closed === true || (isReadable ? readableEnded : writableFinished) === true;
}
