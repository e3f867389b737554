import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { WorkerAddress, WorkerReady } from '../worker/protocol.ts';

/** Time that a worker has to end after SIGTERM, in milliseconds; a frozen one cannot. */
const TERMINATION_MILLIS = 1000;

/** One worker: a process, and those that take its place after it. */
export class WorkerInstance {
  readonly name: string;
  readonly #entry: string;
  #child: ChildProcess | undefined;
  #address: WorkerAddress | undefined;
  #lastExit: string | undefined;

  /** `entry` is the JavaScript file that the process runs. */
  constructor(name: string, entry: string) {
    this.name = name;
    this.#entry = entry;
  }

  /** Process id, while there is a process. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Where it can be reached, while there is a process that serves. */
  get address(): WorkerAddress | undefined {
    return this.#address;
  }

  /** How the last process ended: `killed by SIGKILL`, `ended with exit code 1`. */
  get lastExit(): string | undefined {
    return this.#lastExit;
  }

  /** Starts a process; resolves when it serves. Throws when it ends first, or when the signal aborts. */
  async start(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const child = fork(this.#entry, { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child = child;
    child.once('exit', (code, by) => {
      this.#lastExit = by === null ? `ended with exit code ${code}` : `killed by ${by}`;
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#address = undefined;
    });
    const abort = (): boolean => child.kill('SIGKILL');
    signal?.addEventListener('abort', abort, { once: true });
    try {
      this.#address = await ready(child);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Calls back when the process that runs now has ended. */
  onExit(listener: () => void): void {
    this.#child?.once('exit', listener);
  }

  /** Sends a signal to the process. Whether there was one. */
  signal(signal: NodeJS.Signals): boolean {
    return this.#child?.kill(signal) ?? false;
  }

  /** Ends the process by force, and waits for its end. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#address = undefined;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** Asks the process to end; one that does not is ended by force. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const exited = once(child, 'exit');
    const timer = setTimeout(() => child.kill('SIGKILL'), TERMINATION_MILLIS);
    child.kill('SIGTERM');
    await exited;
    clearTimeout(timer);
  }
}

/** The address that a new process tells. Throws when it ends, or cannot be started, before that. */
function ready(child: ChildProcess): Promise<WorkerAddress> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => (): void => {
      child.off('message', onMessage).off('exit', onExit).off('error', reject);
      finish();
    };
    const onMessage = (message: unknown): void => {
      const { streamPort, healthPort } = message as WorkerReady;
      settle(() => resolve({ streamPort, healthPort }))();
    };
    const onExit = (code: number | null, signal: string | null): void =>
      settle(() =>
        reject(new Error(`the worker ended before it served (${signal ?? `exit code ${code}`})`)),
      )();
    child.once('message', onMessage).once('exit', onExit).once('error', reject);
  });
}
