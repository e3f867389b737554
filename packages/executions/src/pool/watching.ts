import { reportFault } from '@org/instrument-core';

/** What ends the watching of a pool or of a worker. */
export interface Watching extends Disposable {
  /** What is watched goes on unwatched. Later calls do nothing. */
  detach(): void;
}

/** What ends a watching, once. */
export function watching(end: () => void): Watching {
  const detach = once(guarded('ending the watching', end));
  return { detach, [Symbol.dispose]: detach };
}

/** Does something the first time only. */
export function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    action();
  };
}

/** Does something, and reports what it throws. */
export function guarded(what: string, action: () => void): () => void {
  return () => {
    try {
      action();
    } catch (fault) {
      reportFault('executions', what, fault);
    }
  };
}
