import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach } from 'vitest';

/** Where the drivers are found. */
const PACKAGE = join(import.meta.dirname, '..', '..');

/** A process of a test that has a ledger. */
export interface Child {
  readonly pid: number;
  /** Lines that it has printed. */
  readonly lines: readonly string[];
  /** Resolves as soon as the lines fulfil the condition; rejects when it ends before. */
  until(condition: (lines: readonly string[]) => boolean): Promise<void>;
  /** Tells it to begin. */
  go(): void;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Resolves to its exit code. */
  readonly end: Promise<number | null>;
}

/** What a child does: see `child-main.ts`. */
export type ChildTask = 'race' | 'work' | 'hold' | 'leave' | 'open';

/** Starts processes for the tests of a file, and kills those that are left after each. */
export function useChildren(): (
  task: ChildTask,
  options: Readonly<Record<string, unknown>>,
  cwd?: string,
) => Promise<Child> {
  const running = new Map<number, () => Promise<void>>();
  let directory: string | undefined;
  let program: Promise<string> | undefined;

  async function bundle(): Promise<string> {
    directory = realpathSync(mkdtempSync(join(tmpdir(), 'instrument-ledger-')));
    const file = join(directory, 'child.mjs');
    await build({
      entryPoints: [fileURLToPath(new URL('./child-main.ts', import.meta.url))],
      outfile: file,
      bundle: true,
      conditions: ['@org/source'],
      format: 'esm',
      platform: 'node',
      logLevel: 'warning',
    });
    return file;
  }

  afterEach(async () => {
    await Promise.all([...running.values()].map((kill) => kill()));
  });
  afterAll(() => {
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  });

  return async (task, options, cwd = PACKAGE) => {
    program ??= bundle();
    const child = spawn(process.execPath, [await program, task, JSON.stringify(options)], {
      cwd,
      env: { PATH: process.env.PATH },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.stdin.on('error', () => {});
    const pid = child.pid ?? 0;
    const end = once(child, 'close').then(([code]) => {
      running.delete(pid);
      return code as number | null;
    });
    const kill = async (): Promise<void> => {
      child.kill('SIGKILL');
      await end;
    };
    running.set(pid, kill);
    // The last one may not be complete.
    const lines = (): string[] => stdout.split('\n').slice(0, -1);
    return {
      pid,
      get lines(): string[] {
        return lines();
      },
      until: (condition) =>
        new Promise((resolve, reject) => {
          const check = (): void => {
            if (condition(lines())) resolve();
          };
          check();
          child.stdout.on('data', check);
          void end.then(() => reject(new Error(`It ended:\n${stdout}\n${stderr}`)));
        }),
      go: () => void child.stdin.write('go\n'),
      kill,
      end,
    };
  };
}
