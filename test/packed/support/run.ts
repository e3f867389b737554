import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** How a command is run. */
export interface RunOptions {
  readonly cwd: string;
  /** Added to the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a program to its end and returns what it printed.
 *
 * @throws Error with all of its output when it ends with another code than 0.
 */
export async function run(program: string, args: readonly string[], options: RunOptions): Promise<string> {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const [code, signal] = await once(child, 'close');
  if (code === 0) return output;
  throw new Error(`${program} ${args.join(' ')} ended with ${code ?? signal}:\n${output}`);
}
