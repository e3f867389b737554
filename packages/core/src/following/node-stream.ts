import type { Followed } from './followed.ts';
import { accepts, type Method, methodOf, overlay } from './overlay.ts';

/** Whether it is a readable stream of Node.js or of the `readable-stream` package. */
export function isNodeStream(value: object): boolean {
  return '_readableState' in value && methodOf(value, 'emit') !== undefined;
}

/**
 * Follows a Node.js stream through the events that it emits, in place. No listener is added, since one for `data`
 * would start the flow, and one for `error` would hide an error that nobody handles. A stream closed before its end
 * is cancelled.
 */
export function followNodeStream<Subject>(call: Followed<Subject>, stream: object, subject: Subject): void {
  const emit = methodOf(stream, 'emit') as Method;
  if (!accepts(stream, ['emit'])) {
    call.succeed(undefined, subject);
    return;
  }
  call.stream?.();
  overlay(stream, 'emit', function followedEmit(this: unknown, ...given: unknown[]): unknown {
    const event = given[0];
    if (event === 'data') call.item?.();
    else if (event === 'end') call.succeed(undefined, subject);
    else if (event === 'error') call.fail(given[1], subject);
    else if (event === 'close') call.cancel(subject);
    return Reflect.apply(emit, this, given);
  });
  call.watch(stream);
}
