import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { killTree } from './process-tree.ts';

/** Longest that a server may take to be ready: a collector that was just built is read from disk, on a busy machine. */
const READY_TIMEOUT_MILLIS = 30_000;
const POLL_MILLIS = 25;

/** How a process of a test is started. */
export interface BackgroundProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Opens a channel for messages to the process. Default `false`. */
  readonly ipc?: boolean;
  /** The user and the group that run it. Default those of the tests. */
  readonly uid?: number;
  readonly gid?: number;
}

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that a test has started. */
export interface BackgroundProcess {
  readonly child: ChildProcess;
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves when it has ended and its output is complete. */
  readonly end: Promise<ProcessEnd>;
  readonly isRunning: boolean;
  /** Waits for the condition; throws with the output when the process ends first, or takes too long. */
  ready(condition: () => boolean | Promise<boolean>, what: string): Promise<void>;
  /** Ends it at once, frozen or not, and waits until it is gone. */
  kill(): Promise<void>;
}

// Whatever becomes of the run, nothing stays behind.
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const { pid } of running) if (pid !== undefined) killTree(pid);
});

/** Starts a process and keeps what it prints. */
export function startProcess({
  command,
  args,
  cwd,
  env = {},
  ipc = false,
  uid,
  gid,
}: BackgroundProcessOptions): BackgroundProcess {
  const child = spawn(command, args, {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  });
  running.add(child);
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => (output.stdout += chunk));
  child.stderr?.on('data', (chunk) => (output.stderr += chunk));
  let isRunning = true;
  const end = once(child, 'close').then(([code, signal]) => {
    isRunning = false;
    running.delete(child);
    return { code, signal } as ProcessEnd;
  });
  end.catch((error: unknown) => {
    isRunning = false;
    output.stderr += String(error);
  });
  return {
    child,
    end,
    get stdout(): string {
      return output.stdout;
    },
    get stderr(): string {
      return output.stderr;
    },
    get isRunning(): boolean {
      return isRunning;
    },
    async ready(condition, what) {
      const deadline = performance.now() + READY_TIMEOUT_MILLIS;
      while (!(await condition())) {
        if (!isRunning)
          throw new Error(`${what} ended before it was ready:\n${output.stdout}${output.stderr}`);
        if (performance.now() > deadline) throw new Error(`${what} is not ready:\n${output.stderr}`);
        await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
      }
    },
    async kill() {
      if (isRunning) child.kill('SIGKILL');
      await end.catch(() => {});
    },
  };
}
