import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { KernelFiles } from '../src/reading/kernel-files.ts';
import { start } from './bed.ts';

const MINUTE = 60_000;
const onLinux = describe.runIf(process.platform === 'linux');

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'kernel-files-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function opened(): KernelFiles {
  const files = new KernelFiles();
  onTestFinished(() => files.close());
  return files;
}

/** Files below `top` that this process has open. */
function openBelow(top: string): string[] {
  return readdirSync('/proc/self/fd').filter((descriptor) => isOpen(descriptor, top));
}

function isOpen(descriptor: string, top: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(top);
  } catch {
    // That of the directory that was being listed.
    return false;
  }
}

/** A process that waits until it is ended. */
async function waitingProcess(): Promise<ChildProcess> {
  const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

onLinux('files that the kernel makes when they are read', () => {
  test('stay open, and say what is so now', () => {
    const files = opened();
    const first = Number(files.read('/proc/uptime', 0).split(' ')[0]);
    expect(openBelow('/proc/uptime')).toHaveLength(1);
    const until = performance.now() + 30;
    while (performance.now() < until);
    expect(Number(files.read('/proc/uptime', 1).split(' ')[0])).toBeGreaterThan(first);
    expect(openBelow('/proc/uptime')).toHaveLength(1);
    files.close();
    expect(openBelow('/proc/uptime')).toEqual([]);
  });

  test('are looked for anew once a minute: another may be in their place', () => {
    const files = opened();
    const path = join(directory(), 'file');
    symlinkSync('/proc/uptime', path);
    const uptime = files.read(path, 0);
    unlinkSync(path);
    symlinkSync('/proc/version', path);
    expect(files.read(path, MINUTE - 1).split(' ')).toHaveLength(uptime.split(' ').length);
    expect(files.read(path, MINUTE)).toMatch(/^Linux version /);
    expect(openBelow('/proc/uptime')).toEqual([]);
  });

  test('that are gone are looked for by their paths, where there may be others', async () => {
    const files = opened();
    const [first, second] = [await waitingProcess(), await waitingProcess()];
    const path = join(directory(), 'stat');
    const pidAt = (millis: number): number => Number.parseInt(files.read(path, millis), 10);
    symlinkSync(`/proc/${first.pid}/stat`, path);
    expect(pidAt(0)).toBe(first.pid);
    await end(first);
    expect(() => pidAt(1)).toThrow('ENOENT');
    expect(files.find(path, 2)).toBeUndefined();
    expect(openBelow(`/proc/${first.pid}/`)).toEqual([]);
    unlinkSync(path);
    symlinkSync(`/proc/${second.pid}/stat`, path);
    expect(pidAt(3)).toBe(second.pid);
    // Replaced before anybody has noticed that it is gone.
    await end(second);
    unlinkSync(path);
    symlinkSync('/proc/self/stat', path);
    expect(pidAt(4)).toBe(process.pid);
  });

  test('are opened again when somebody has closed their descriptors', () => {
    const files = opened();
    files.read('/proc/version', 0);
    const descriptor = readdirSync('/proc/self/fd').find((name) => isOpen(name, '/proc/version'));
    closeSync(Number(descriptor));
    expect(files.read('/proc/version', 1)).toMatch(/^Linux version /);
    expect(openBelow('/proc/version')).toHaveLength(1);
  });

  test('and directories tell their sizes as they are now', () => {
    const files = opened();
    files.sizeOf('/proc/self/fd', 0);
    const before = files.sizeOf('/proc/self/fd', 1);
    files.read('/proc/version', 2);
    // Before Linux 6.2 it is 0 always.
    expect(files.sizeOf('/proc/self/fd', 3)).toBe(before === 0 ? 0 : before + 1);
  });

  test('are not kept once all were closed', () => {
    const files = opened();
    files.close();
    expect(files.read('/proc/uptime')).toMatch(/^[\d.]+ [\d.]+\n$/);
    expect(openBelow('/proc/uptime')).toEqual([]);
  });

  test('are closed when the metrics stop', async () => {
    const before = openBelow('/proc/').length + openBelow('/sys/').length;
    const { collect, stop } = start();
    await collect();
    expect(openBelow('/proc/').length + openBelow('/sys/').length).toBeGreaterThan(before);
    stop();
    expect(openBelow('/proc/').length + openBelow('/sys/').length).toBe(before);
  });
});

test('files that hold something are opened anew each time', () => {
  const files = opened();
  const path = join(directory(), 'meminfo');
  writeFileSync(path, 'MemTotal: 1 kB\n');
  expect(files.read(path, 0)).toBe('MemTotal: 1 kB\n');
  rmSync(path);
  writeFileSync(path, 'MemTotal: 2 kB\n');
  expect(files.read(path, 1)).toBe('MemTotal: 2 kB\n');
});

test('files that are not there are told apart from those that are empty', () => {
  const files = opened();
  const path = join(directory(), 'stat');
  expect(() => files.read(path, 0)).toThrow('ENOENT');
  expect(files.find(path, 0)).toBeUndefined();
  writeFileSync(path, '');
  expect(files.find(path, 1)).toBe('');
});
