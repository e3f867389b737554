import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/**
 * Starts a process of this program, which ends when this one does. In a group of its own: Ctrl-C in a terminal reaches a whole
 * group, and a child that hears of it before it is up would be gone before it was told to finish.
 */
export function startChild(entry: string, argument?: unknown): ChildProcess {
  return fork(entry, argument === undefined ? [] : [JSON.stringify(argument)], {
    execArgv: [],
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

/** The next message of a process for which `accepts` holds. Throws when it ends before. */
export function messageFrom<M>(
  child: ChildProcess,
  what: string,
  accepts: (message: M) => boolean,
): Promise<M> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown): void => {
      if (!accepts(message as M)) return;
      off();
      resolve(message as M);
    };
    const onExit = (code: number | null, signal: string | null): void => {
      off();
      reject(new Error(`${what} ended (${signal ?? `exit code ${code}`})`));
    };
    const off = (): void => {
      child.off('message', onMessage).off('exit', onExit);
    };
    child.on('message', onMessage).on('exit', onExit);
  });
}

/** Ends a process, when it runs, and waits for its end. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
