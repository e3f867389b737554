import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageDirectory = join(import.meta.dirname, '..', '..');
const typescript = fileURLToPath(new URL('./typescript.mjs', import.meta.url));

/** How an application of a test is started. */
export interface AppOptions {
  /** Its source, an ES module. */
  readonly source?: string;
  /** Its file, instead of a source. */
  readonly file?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Flags of Node before the application. */
  readonly flags?: readonly string[];
  readonly nodeOptions?: string;
  readonly cwd?: string;
  /** A command that starts it, with the arguments before those of Node. */
  readonly under?: readonly string[];
}

/** How an application ended. */
export interface AppEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An application in a process of its own, that runs our sources. */
export interface App {
  readonly child: ChildProcess;
  /** Resolves when the application has printed the text, and rejects when it ends without. */
  printed(text: string): Promise<void>;
  readonly end: Promise<AppEnd>;
}

/** Starts an application; `@org/instrument` is found from this package. */
export function startApp({
  source = '',
  file,
  env = {},
  flags = [],
  nodeOptions = '',
  cwd,
  under = [],
}: AppOptions): App {
  const program = file === undefined ? ['--input-type=module', '--eval', source] : [file];
  const [command = process.execPath, ...words] = [...under, process.execPath, ...flags, ...program];
  const child = spawn(command, words, {
    cwd: cwd ?? packageDirectory,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_OPTIONS: `--conditions=@org/source --import "${typescript}" ${nodeOptions}`,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const end = once(child, 'close').then(([code, signal]) => ({ code, signal, stdout, stderr }) as AppEnd);
  return {
    child,
    end,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (stdout.includes(text)) resolve();
        };
        check();
        child.stdout.on('data', check);
        void end.then(() => reject(new Error(`It ended without printing ${text}:\n${stdout}\n${stderr}`)));
      }),
  };
}
