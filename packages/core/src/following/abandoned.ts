/** A call that can end by itself. */
interface Watched {
  /** Whether something is watched for it; for the two functions below. */
  isWatched: boolean;
  /** Nobody will end the call any more. */
  abandon(): void;
}

const watched = new FinalizationRegistry<Watched>((call) => call.abandon());

/**
 * Ends the call when `handle`, through which alone it could end, was collected: a generator that nobody iterated to
 * its end, a lazy query that nobody awaited. Without it the call would last for ever. The handle takes the place of
 * the one before: an iterator that of its iterable, a stream that of the query that gave it.
 */
export function endWhenAbandoned(call: Watched, handle: object): void {
  forgetHandle(call);
  call.isWatched = true;
  watched.register(handle, call, call);
}

/** To be called when the call has ended: an entry that stays costs the collector several times what this does. */
export function forgetHandle(call: Watched): void {
  if (call.isWatched) watched.unregister(call);
}
