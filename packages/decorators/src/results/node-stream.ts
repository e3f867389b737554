import type { Arguments, Call } from '../call.ts';
import { endWhenAbandoned } from './abandoned.ts';
import { accepts, type Method, methodOf, overlay } from './patch.ts';

/** Whether it is a readable stream of Node.js or of the `readable-stream` package. */
export function isNodeStream(value: object): boolean {
  return '_readableState' in value && methodOf(value, 'emit') !== undefined;
}

/**
 * Observes a Node.js stream through the events that it emits, in place. No listener is added, since one for `data`
 * would start the flow, and one for `error` would hide an error that nobody handles. A stream closed before its end
 * is `cancelled`.
 */
export function observeNodeStream(call: Call, stream: object, args: Arguments): void {
  const emit = methodOf(stream, 'emit') as Method;
  if (!accepts(stream, ['emit'])) {
    call.succeed(undefined, args);
    return;
  }
  call.stream();
  overlay(stream, 'emit', function observedEmit(this: unknown, ...given: unknown[]): unknown {
    const event = given[0];
    if (event === 'data') call.item();
    else if (event === 'end') call.succeed(undefined, args);
    else if (event === 'error') call.fail(given[1], args);
    else if (event === 'close') call.cancel(args);
    return Reflect.apply(emit, this, given);
  });
  endWhenAbandoned(call, stream);
}
