import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Starts a module of this folder in a process of its own, with nothing of the user's environment but the path. */
export function start(
  module: string,
  args: readonly string[] = [],
  flags: readonly string[] = [],
): ChildProcess {
  return fork(join(import.meta.dirname, module), args, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'production' },
    execArgv: [...flags],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

/** The next thing it says. Rejects when it ends before that. */
export async function messageOf<T>(child: ChildProcess): Promise<T> {
  const stop = new AbortController();
  const ended = once(child, 'exit', { signal: stop.signal }).then(([code]) => {
    throw new Error(`A process of the benchmark ended with exit code ${code}`);
  });
  try {
    const [message] = await Promise.race([once(child, 'message', { signal: stop.signal }), ended]);
    return message as T;
  } finally {
    stop.abort();
    ended.catch(() => {});
  }
}

/** Runs a module to its end; resolves to the one thing that it says. */
export async function run<T>(
  module: string,
  args: readonly string[],
  flags: readonly string[] = [],
): Promise<T> {
  const child = start(module, args, flags);
  const exit = once(child, 'exit');
  const message = await messageOf<T>(child);
  child.disconnect();
  await exit;
  return message;
}
