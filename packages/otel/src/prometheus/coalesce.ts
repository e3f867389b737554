/** Something that has begun: what its callers get, and when the next may begin. */
export interface Run<T> {
  readonly value: T | Promise<T>;
  /** Settles when the run is over; never rejects. */
  readonly finished: Promise<void>;
}

/**
 * Makes sure that one run is in progress at a time. A caller that finds none begins one; all callers that come while
 * one is in progress share the next, which begins when it is over — so that each gets a state no older than its call.
 */
export function coalesce<T>(begin: () => Run<T>): () => Promise<T> {
  let current: Promise<void> | undefined;
  let next: Promise<T> | undefined;

  async function start(): Promise<T> {
    const run = begin();
    const finished = run.finished.then(() => {
      if (current === finished) current = undefined;
    });
    current = finished;
    return run.value;
  }

  return () => {
    if (next !== undefined) return next;
    if (current === undefined) return start();
    next = current.then(() => {
      next = undefined;
      return start();
    });
    return next;
  };
}
