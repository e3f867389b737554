import { AsyncLocalStorage, createHook } from 'node:async_hooks';

/** What keeps the event loop alive, of what was made by something that was run. */
export interface Held {
  run<T>(make: () => T): T;
  /** Kinds of the resources that are left: `Timeout`, `TCPWRAP`, `FSEVENTWRAP`. */
  left(): string[];
  /** Stops looking. */
  stop(): void;
}

interface Referable {
  hasRef(): boolean;
}

/**
 * Begins to look. Only what is made within `run`, or by what that leads to, is seen: not what receiver and test runner have.
 */
export function watchHeld(): Held {
  const within = new AsyncLocalStorage<true>();
  const made = new Map<number, { readonly kind: string; readonly resource: Referable }>();
  const hook = createHook({
    init(id, kind, _, resource) {
      if (within.getStore() === true && isReferable(resource)) made.set(id, { kind, resource });
    },
    destroy: (id) => void made.delete(id),
  }).enable();
  return {
    run: (make) => within.run(true, make),
    left: () => [...made.values()].filter(({ resource }) => resource.hasRef()).map(({ kind }) => kind),
    stop: () => void hook.disable(),
  };
}

/** Handles and timers can be let go of; promises and the like keep nothing alive. */
function isReferable(resource: object): resource is Referable {
  return typeof (resource as Partial<Referable>).hasRef === 'function';
}
