import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { createServer } from 'node:net';
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
          const lock = lockDirectory(directory);
          console.log('has it');
          if (task === 'hold') process.stdin.resume().once('end', () => lock.release());
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
  const { status, stderr, error } = spawnSync(command, [...given, '--net', 'true'], { encoding: 'utf8' });
  skip(status !== 0, `no namespaces can be made here: ${error?.message ?? stderr.trim()}`);
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

interface Holder {
  kill(): Promise<void>;
  /** It gives the directory back, and ends. */
  end(): Promise<void>;
}

/** Has a process of a PID namespace of its own hold a directory; `--net`: of a network of its own too. */
async function hold(directory: string, ...network: readonly ['--net'] | readonly []): Promise<Holder> {
  const [command, ...given] = UNSHARE;
  const holder = spawn(command, [...given, ...network, process.execPath, program, 'hold', directory]);
  const closed = once(holder, 'close');
  const [line] = (await once(createInterface(holder.stdout), 'line')) as [string];
  expect(line).toBe('has it');
  return {
    kill: async () => {
      holder.kill('SIGKILL');
      await closed;
    },
    end: async () => {
      holder.stdin.end();
      await closed;
    },
  };
}

/** The line of the kernel about the socket of an owner: inode and name. */
function socketOf(directory: string): readonly [string, string, string] {
  const { token } = JSON.parse(readFileSync(join(directory, 'lock'), 'utf8')) as { token: string };
  const list = readFileSync('/proc/net/unix', 'latin1');
  const found = new RegExp(`(\\d+) @(instrument-lock-${token}\\S*)$`, 'm').exec(list);
  return found as unknown as [string, string, string];
}

/** The lock was not touched for longer than a minute. */
function makeOld(directory: string): void {
  const before = new Date(Date.now() - 61_000);
  utimesSync(join(directory, 'lock'), before, before);
}

test('a directory belongs to one of two containers of a pod, until that is gone', async (context) => {
  needNamespaces(context);
  const directory = directoryOf('pod');
  const holder = await hold(directory);
  try {
    // It may have been stopped for long: the kernel knows all the same that it is there.
    makeOld(directory);
    const refused = `${directory} belongs to process 1 in another container on ${hostname()}`;
    expect(said(directory)).toMatch(new RegExp(`^${refused}, since [^ ]+$`));
    expect(isLocked(directory)).toBe(true);
    await holder.kill();
    expect(isLocked(directory)).toBe(false);
    expect(said(directory)).toBe('has it');
  } finally {
    await holder.kill();
  }
});

test('a directory of a container that is gone is free, whoever has taken the name of its socket', async (context) => {
  needNamespaces(context);
  const directory = directoryOf('names');
  const holder = await hold(directory);
  const [, inode, name] = socketOf(directory);
  await holder.kill();
  const names = [
    name,
    `x ${inode} @${name}`,
    `x\n0000000000000000: 00000002 00000000 00010000 0001 01 ${inode} @${name}`,
  ];
  const servers = names.map((each) => createServer().listen(`\0${each.slice(0, 107)}`));
  try {
    for (const server of servers) if (!server.listening) await once(server, 'listening');
    expect(isLocked(directory)).toBe(false);
    expect(said(directory)).toBe('has it');
  } finally {
    for (const server of servers) server.close();
  }
});

test('a directory belongs to one of two containers with networks of their own, until that is gone for a minute', async (context) => {
  needNamespaces(context);
  const directory = directoryOf('networks');
  const holder = await hold(directory, '--net');
  try {
    expect(said(directory)).toContain('in another container');
    expect(isLocked(directory)).toBe(true);
    await holder.kill();
    expect(said(directory)).toMatch(/if it is gone, wait: its lock is free within a minute/);
    makeOld(directory);
    expect(said(directory)).toBe('has it');
  } finally {
    await holder.kill();
  }
});

test('a container that gives a directory back leaves nothing in it', async (context) => {
  needNamespaces(context);
  const directory = directoryOf('given-back');
  const holder = await hold(directory);
  expect(readdirSync(directory)).toEqual(['lock']);
  await holder.end();
  expect(readdirSync(directory)).toEqual([]);
});

test('a namespace whose number is used again is another one after a reboot, and on another machine', (context) => {
  needNamespaces(context);
  const directory = directoryOf('numbers');
  expect(said(directory, 'after', 'this')).toBe('has it');
  expect(said(directory, 'after', '00000000-0000-4000-8000-000000000000')).toContain('in another container');
});
