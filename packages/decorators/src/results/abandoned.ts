import { monotonicMillis } from '@org/instrument-core';
import type { Call } from '../call.ts';

const watched = new FinalizationRegistry<Call>((call) => call.abandon());

/**
 * Ends the call when `handle`, through which alone it could end, was collected: a generator that nobody iterated to
 * its end, a lazy query that nobody awaited. Without it the count of active calls would rise for ever.
 */
export function endWhenAbandoned(call: Call, handle: object): void {
  call.lastMillis = monotonicMillis();
  watched.register(handle, call, call);
  call.onEnd = forget;
}

/** An entry that stays costs the collector several times what taking it out does. */
function forget(call: Call): void {
  watched.unregister(call);
}
