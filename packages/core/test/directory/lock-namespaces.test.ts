import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest';
import { isLocked } from '../../src/directory/lock.ts';

/** A process in a PID namespace of its own, with the host name of this one; killed with its parent. */
const UNSHARE = ['unshare', '--map-root-user', '--pid', '--fork', '--mount-proc', '--kill-child'] as const;

const scratch = mkdtempSync(join(tmpdir(), 'lock-namespaces-'));
const program = join(scratch, 'program.mjs');
beforeAll(async () => {
  await build({
    stdin: {
      contents: `
        import { writeFileSync } from 'node:fs';
        import { hostname } from 'node:os';
        import { lockDirectory } from './lock.ts';
        import { pidNamespace } from './pid-namespace.ts';
        const [task, directory, boot] = process.argv.slice(2);
        if (task === 'after') {
          const namespace = pidNamespace().replace(/ .*/, (own) => (boot === 'this' ? own : ' ' + boot));
          const owner = { pid: 1, host: hostname(), thread: 0, started: '1', pidNamespace: namespace, token: 'other' };
          writeFileSync(directory + '/lock', JSON.stringify({ ...owner, since: '2026-01-01T00:00:00.000Z' }));
        }
        try {
          lockDirectory(directory);
          console.log('has it');
          if (task === 'hold') process.stdin.resume();
        } catch (error) {
          console.log(error.message);
        }
      `,
      resolveDir: join(import.meta.dirname, '..', '..', 'src', 'directory'),
      loader: 'ts',
    },
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  });
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Skips a test where namespaces cannot be made: not on Linux, or not for this user, or not in this container. */
function needNamespaces({ skip }: TestContext): void {
  const [command, ...given] = UNSHARE;
  const { status, stderr, error } = spawnSync(command, [...given, 'true'], { encoding: 'utf8' });
  skip(status !== 0, `no PID namespace can be made here: ${error?.message ?? stderr.trim()}`);
}

function directoryOf(name: string): string {
  const directory = join(scratch, name);
  mkdirSync(directory);
  return directory;
}

/** What a process of a namespace of its own says that wants a directory. `after`: one that an ended process has left. */
function said(directory: string, ...after: readonly ['after', boot: string] | readonly []): string {
  const [command, ...given] = UNSHARE;
  const [task = 'try', boot = ''] = after;
  const { stdout, stderr } = spawnSync(
    command,
    [...given, process.execPath, program, task, directory, boot],
    { encoding: 'utf8' },
  );
  return `${stdout}${stderr}`.trim();
}

/** Has a process of a namespace of its own hold a directory. Returns what kills it, and resolves when it is gone. */
async function hold(directory: string): Promise<() => Promise<void>> {
  const [command, ...given] = UNSHARE;
  const holder = spawn(command, [...given, process.execPath, program, 'hold', directory]);
  const closed = once(holder, 'close');
  const [line] = (await once(createInterface(holder.stdout), 'line')) as [string];
  expect(line).toBe('has it');
  return async () => {
    holder.kill('SIGKILL');
    await closed;
  };
}

test('a directory belongs to one of two containers of one host name, until that is gone for a minute', async (context) => {
  needNamespaces(context);
  const directory = directoryOf('two');
  const kill = await hold(directory);
  try {
    const refused = `${directory} belongs to process 1 in another container on ${hostname()}`;
    expect(said(directory)).toContain(refused);
    expect(isLocked(directory)).toBe(true);
    await kill();
    expect(said(directory)).toMatch(/if it is gone, wait: its lock is free within a minute/);
    const before = new Date(Date.now() - 61_000);
    utimesSync(join(directory, 'lock'), before, before);
    expect(said(directory)).toBe('has it');
  } finally {
    await kill();
  }
});

test('a namespace whose number is used again is another one after a reboot, and on another machine', (context) => {
  needNamespaces(context);
  const directory = directoryOf('numbers');
  expect(said(directory, 'after', 'this')).toBe('has it');
  expect(said(directory, 'after', '00000000-0000-4000-8000-000000000000')).toContain('in another container');
});
