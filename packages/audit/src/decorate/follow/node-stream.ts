import type { Followed } from './followed.ts';
import { accepts, type Method, methodOf, overlay } from './patch.ts';

/** Whether it is a stream of Node.js or of the `readable-stream` package that can be read. */
export function isNodeStream(value: object): boolean {
  return '_readableState' in value && methodOf(value, 'emit') !== undefined;
}

/**
 * Follows a Node.js stream through the events that it emits, in place. No listener is added, since one for `data` would
 * start the flow, and one for `error` would hide an error that nobody handles. One closed before its end is cancelled.
 */
export function followNodeStream(call: Followed, stream: object): void {
  const emit = methodOf(stream, 'emit') as Method;
  if (!accepts(stream, ['emit'])) {
    call.succeed(undefined);
    return;
  }
  overlay(stream, 'emit', function followedEmit(this: unknown, ...given: unknown[]): unknown {
    const event = given[0];
    if (event === 'end') call.succeed(undefined);
    else if (event === 'error') call.fail(given[1]);
    else if (event === 'close') call.cancel();
    return Reflect.apply(emit, this, given);
  });
  call.watch(stream);
}
