import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Starts a module of this folder in a process of its own, with nothing of the user's environment but the path. */
export function start(
  module: string,
  args: readonly string[] = [],
  flags: readonly string[] = [],
  output: 'ignore' | 'inherit' = 'ignore',
): ChildProcess {
  return fork(join(import.meta.dirname, module), args, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'production' },
    execArgv: [...flags],
    stdio: ['ignore', output, 'inherit', 'ipc'],
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

/** Hands over all that it says, until it ends. Rejects when it ends with an error. */
export async function follow<T>(child: ChildProcess, hear: (message: T) => void): Promise<void> {
  child.on('message', (message) => hear(message as T));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`A process of the benchmark ended with exit code ${code}`);
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
