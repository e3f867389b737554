import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach } from 'vitest';
import type { Verbs } from './child-main.ts';

/** A process of a test that has channels. */
export interface Child {
  /** Lines that it has printed. */
  readonly lines: readonly string[];
  readonly stderr: string;
  /** Resolves as soon as the condition holds, looked at with each line; rejects when it ends before. */
  until(condition: (lines: readonly string[]) => boolean): Promise<void>;
  /** Has it do something, and resolves to what it says. */
  ask<V extends keyof Verbs>(
    verb: V,
    argument?: Parameters<Verbs[V]>[0],
  ): Promise<Awaited<ReturnType<Verbs[V]>>>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Resolves to its exit code. */
  readonly end: Promise<number | null>;
}

/** Where a child runs. */
export interface ChildOptions {
  readonly env: Readonly<Record<string, string>>;
  /** A disk of its own, in memory, at this path that nobody else sees: that many megabytes. */
  readonly disk?: { readonly path: string; readonly megabytes: number };
}

// A user and mount namespace of its own: neither needs privileges, nor touches what is mounted outside.
const ON_DISK = 'mount -t tmpfs -o size="$1"m disk "$2" && shift 2 && exec "$@"';
const NAMESPACE = ['--user', '--map-root-user', '--mount', 'sh', '-c', ON_DISK, 'sh'] as const;

/** Starts processes for the tests of a file, and kills those that are left after each. */
export function useChildren(): (options: ChildOptions) => Promise<Child> {
  const running = new Map<ChildProcess, () => Promise<void>>();
  let directory: string | undefined;
  let program: Promise<string> | undefined;

  async function bundle(): Promise<string> {
    directory = realpathSync(mkdtempSync(join(tmpdir(), 'channels-child-')));
    const outfile = join(directory, 'child.mjs');
    await build({
      entryPoints: [fileURLToPath(new URL('./child-main.ts', import.meta.url))],
      outfile,
      bundle: true,
      conditions: ['@org/source'],
      format: 'esm',
      platform: 'node',
      logLevel: 'warning',
    });
    return outfile;
  }

  afterEach(async () => {
    await Promise.all([...running.values()].map((kill) => kill()));
  });
  afterAll(() => {
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  });

  return async ({ env, disk }) => {
    program ??= bundle();
    const command = [process.execPath, await program];
    const [file, ...args] =
      disk === undefined ? command : ['unshare', ...NAMESPACE, String(disk.megabytes), disk.path, ...command];
    const child = spawn(file ?? '', args, {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (chunk) => (stdout += chunk));
    child.stderr?.on('data', (chunk) => (stderr += chunk));
    const end = once(child, 'close').then(([code]) => {
      running.delete(child);
      return code as number | null;
    });
    const kill = async (): Promise<void> => {
      child.kill('SIGKILL');
      await end;
    };
    running.set(child, kill);
    // The last one may not be complete.
    const lines = (): string[] => stdout.split('\n').slice(0, -1);
    const ended = (): Error => new Error(`It ended:\n${stdout}\n${stderr}`);
    return {
      get lines(): string[] {
        return lines();
      },
      get stderr(): string {
        return stderr;
      },
      until: (condition) =>
        new Promise((resolve, reject) => {
          const check = (): void => {
            if (condition(lines())) resolve();
          };
          check();
          child.stdout?.on('data', check);
          void end.then(() => reject(ended()));
        }),
      ask: (verb, argument) =>
        new Promise((resolve, reject) => {
          child.once('message', (message: { value: never; error?: string }) => {
            if (message.error === undefined) resolve(message.value);
            else reject(new Error(message.error));
          });
          void end.then(() => reject(ended()));
          child.send({ verb, argument });
        }),
      kill,
      end,
    };
  };
}
