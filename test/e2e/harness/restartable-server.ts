import { type BackgroundProcess, type BackgroundProcessOptions, startProcess } from './background-process.ts';
import { isGone, killTree, signalTree } from './process-tree.ts';

/** Longest that a server may take to say goodbye at the end of a test. */
const END_TIMEOUT_MILLIS = 5_000;

/** How a server is run that a test takes down and brings back. */
export interface RestartableServerOptions {
  /** What it is called in messages. */
  readonly name: string;
  readonly process: BackgroundProcessOptions;
  /** What it prints once it takes connections. */
  readonly readyLine: string;
  /** On this signal it says goodbye to its clients and ends. */
  readonly stopSignal: NodeJS.Signals;
}

/** A server of a test, on one port for all its lives. */
export interface RestartableServer {
  /** What it printed, in all its lives. */
  readonly log: string;
  /** Starts it, again too, and waits until it takes connections. */
  start(): Promise<void>;
  /** Ends it as an administrator would; its clients see their connections closed. */
  stop(): Promise<void>;
  /** SIGKILL, to all of its processes; waits until they are gone. */
  kill(): Promise<void>;
  /** SIGSTOP, to all of its processes: connections stay open, new ones are accepted by the kernel, nothing answers. */
  freeze(): void;
  /** SIGCONT. */
  thaw(): void;
  /** Ends it for good, frozen or not: in peace, for a Postgres that is killed leaves shared memory behind. */
  end(): Promise<void>;
}

/** Prepares a server; `start()` starts it. */
export function createRestartableServer({
  name,
  process,
  readyLine,
  stopSignal,
}: RestartableServerOptions): RestartableServer {
  const lives: BackgroundProcess[] = [];
  const running = (): BackgroundProcess | undefined => {
    const life = lives.at(-1);
    return life?.isRunning ? life : undefined;
  };
  const signal = (which: 'SIGSTOP' | 'SIGCONT'): void => {
    const pid = running()?.child.pid;
    if (pid === undefined) throw new Error(`${name} is not running.`);
    signalTree(pid, which);
  };
  return {
    get log(): string {
      return lives.map(({ stdout, stderr }) => `${stdout}${stderr}`).join('');
    },
    async start() {
      if (running() !== undefined) throw new Error(`${name} is running already.`);
      const life = startProcess(process);
      lives.push(life);
      await life.ready(() => `${life.stdout}${life.stderr}`.includes(readyLine), name);
    },
    async stop() {
      const life = running();
      life?.child.kill(stopSignal);
      await life?.end;
    },
    async kill() {
      const life = running();
      if (life?.child.pid === undefined) return;
      const all = killTree(life.child.pid);
      await life.end;
      // A server that starts again refuses to while a process of its earlier life holds its memory.
      while (!all.every(isGone)) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    async end() {
      const life = running();
      const pid = life?.child.pid;
      if (pid === undefined) return;
      signalTree(pid, 'SIGCONT');
      life?.child.kill(stopSignal);
      const deadline = setTimeout(() => killTree(pid), END_TIMEOUT_MILLIS);
      await life?.end;
      clearTimeout(deadline);
    },
  };
}
