import { errorMonitor } from 'node:events';
import type { Worker } from 'node:worker_threads';
import type { Departure, Roster } from '../run/roster.ts';

/** `threadId` of a thread that has exited. */
const EXITED = -1;

/** Whether it is a worker thread. */
export function isThread(thread: unknown): thread is Worker {
  if (typeof thread !== 'object' || thread === null) return false;
  const { threadId, terminate, prependListener } = thread as Partial<Worker>;
  return (
    typeof threadId === 'number' && typeof terminate === 'function' && typeof prependListener === 'function'
  );
}

/** Whether a thread has come to its end: there is nothing left to watch then. */
export function hasExited(thread: Worker): boolean {
  return thread.threadId === EXITED;
}

/** A thread left with an exit code of its own. */
export class WorkerExit extends Error {
  override readonly name = 'WorkerExit';
  readonly exitCode: number;

  constructor(worker: string, exitCode: number) {
    super(`The worker ${worker} exited with code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/**
 * Enters a thread into rosters, and tells them of its end. Its errors are heard and not handled, so that one that nobody
 * handles still ends the process. Returns the function that stops watching; `onEnd` is called when the thread has ended.
 */
export function watchThread(
  thread: Worker,
  rosters: readonly Roster[],
  id: string | undefined,
  onEnd: () => void,
): () => void {
  const name = id ?? String(thread.threadId);
  const entries = rosters.map((roster) => ({ roster, engagement: roster.start(name) }));
  let failure: { readonly error: unknown } | undefined;
  let isTerminated = false;
  const depart = (departure: Departure): void => {
    stop();
    for (const { roster, engagement } of entries) roster.end(engagement, departure);
  };
  const onError = (error: unknown): void => {
    failure ??= { error };
  };
  const onExit = (exitCode: number): void => {
    if (failure !== undefined) depart({ reason: 'failed', exitCode, error: failure.error });
    else if (isTerminated) depart({ reason: 'terminated', exitCode });
    else if (exitCode === 0) depart({ reason: 'finished', exitCode });
    else depart({ reason: 'exited', exitCode, error: new WorkerExit(name, exitCode) });
    onEnd();
  };
  const restore = overlayTerminate(thread, () => {
    isTerminated = true;
  });
  const stop = (): void => {
    restore();
    thread.off(errorMonitor, onError);
    thread.off('exit', onExit);
  };
  thread.on(errorMonitor, onError);
  // Before what others do at the exit: pools terminate once more what has exited.
  thread.prependListener('exit', onExit);
  return () => depart({ reason: 'left' });
}

/** Hears of `terminate()`: the exit code is then 1, as it is of a thread that called `process.exit(1)`. */
function overlayTerminate(thread: Worker, onTerminate: () => void): () => void {
  const { terminate } = thread;
  const overlaid = function (this: Worker): Promise<number> {
    onTerminate();
    return Reflect.apply(terminate, this, []);
  };
  const own = Object.getOwnPropertyDescriptor(thread, 'terminate');
  Object.defineProperty(thread, 'terminate', { value: overlaid, configurable: true, writable: true });
  return () => {
    if (thread.terminate !== overlaid) return;
    if (own === undefined) Reflect.deleteProperty(thread, 'terminate');
    else Object.defineProperty(thread, 'terminate', own);
  };
}
