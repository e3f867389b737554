import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

/** A process of ours that is talked to. */
export interface Child<Request, Message> {
  send(request: Request): void;
  /** The next thing it says. Rejects when it ends before. */
  next(): Promise<Message>;
  /** Ends it, and waits until it has ended. */
  end(): Promise<void>;
}

/** What it may take to end by itself, before it is killed. */
const PATIENCE_MILLIS = 2_000;

/** Starts a module of this folder, on these CPUs if any are given. */
export function startChild<Request extends object, Message>(
  module: string,
  setup: object,
  cpus: string | undefined,
): Child<Request, Message> {
  const child = fork(join(import.meta.dirname, module), [JSON.stringify(setup)], {
    // Nothing of the user's environment: no OTEL_*, no NODE_OPTIONS.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'production' },
    ...(cpus === undefined
      ? { execArgv: [] }
      : { execPath: 'taskset', execArgv: ['-c', cpus, process.execPath] }),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return {
    send: (request) => child.send(request),
    next: () => nextMessage<Message>(child, module),
    end: () => endOf(child),
  };
}

function nextMessage<Message>(child: ChildProcess, module: string): Promise<Message> {
  return new Promise((resolve, reject) => {
    const forget = (): void => {
      child.off('message', onMessage).off('exit', onExit).off('error', onError);
    };
    const onMessage = (message: unknown): void => {
      forget();
      resolve(message as Message);
    };
    const onError = (error: Error): void => {
      forget();
      reject(error);
    };
    const onExit = (code: number | null): void =>
      onError(new Error(`${module} ended with exit code ${code}`));
    child.on('message', onMessage).on('exit', onExit).on('error', onError);
  });
}

function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MILLIS);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    if (child.connected) child.disconnect();
  });
}
