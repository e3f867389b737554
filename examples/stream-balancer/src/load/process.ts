import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { LoadFigures, LoadMessage, LoadSetup, LoadStop } from './protocol.ts';

/** Time in milliseconds until a load generator that was asked to stop must have ended: more than it takes to finish. */
const STOPPING_MILLIS = 20_000;

/** A load generator, in a process of its own. */
export interface LoadProcess {
  /** What it told last; `undefined` before the first time. */
  readonly figures: LoadFigures | undefined;
  /** Aborted when the process ends without being asked to. */
  readonly failed: AbortSignal;
  /** Ends it when all frames have their answers. Throws when it ended without a word. */
  stop(): Promise<LoadFigures>;
  /** Ends it by force, when it runs. */
  kill(): void;
}

/** Starts a load generator; `entry` is the JavaScript file that the process runs. */
export function startLoad(entry: string, setup: LoadSetup): LoadProcess {
  const child = fork(entry, [JSON.stringify(setup)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const failed = new AbortController();
  let figures: LoadFigures | undefined;
  let isDone = false;
  child.on('message', (message) => {
    const told = message as LoadMessage;
    figures = told.figures;
    isDone ||= told.kind === 'done';
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.on('exit', kill);
  child.once('exit', () => {
    process.off('exit', kill);
    if (!isDone) failed.abort();
  });
  return {
    get figures() {
      return figures;
    },
    failed: failed.signal,
    async stop() {
      await ended(child);
      if (!isDone || figures === undefined) throw new Error('the load generator ended before it was done');
      return figures;
    },
    kill,
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOPPING_MILLIS);
  const stop: LoadStop = { kind: 'stop' };
  child.send(stop);
  await exited;
  clearTimeout(timer);
}
