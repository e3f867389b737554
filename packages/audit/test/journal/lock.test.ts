import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isLocked, lockDirectory } from '../../src/journal/lock.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();

/** The lock of a process that is gone. */
function leaveLock(directory: string, owner: object): string {
  const path = join(directory, 'lock');
  const whole = { host: hostname(), thread: 0, token: 'other', since: '2026-01-01T00:00:00.000Z', ...owner };
  writeFileSync(path, `${JSON.stringify(whole)}\n`);
  return path;
}

function endedPid(): number {
  const { stdout } = spawnSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' });
  return Number(stdout);
}

describe('a directory', () => {
  test('belongs to one at a time, and the second is told to whom', () => {
    const directory = scratch();
    const lock = lockDirectory(directory);
    expect(isLocked(directory)).toBe(true);
    expect(() => lockDirectory(directory)).toThrow(
      expect.objectContaining({
        code: 'INSTRUMENT_AUDIT_LOCKED',
        message: expect.stringContaining(`process ${process.pid} on ${hostname()}`),
      }),
    );
    lock.release();
    expect(isLocked(directory)).toBe(false);
    lockDirectory(directory).release();
    expect(existsSync(join(directory, 'lock'))).toBe(false);
  });

  test('is taken over from a process that is gone', () => {
    const directory = scratch();
    const path = leaveLock(directory, { pid: endedPid() });
    const lock = lockDirectory(directory);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid });
    lock.release();
  });

  test.runIf(process.platform === 'linux')('is taken over when the pid is another process by now', () => {
    const directory = scratch();
    leaveLock(directory, { pid: process.pid, started: '1' });
    lockDirectory(directory).release();
  });

  test('is left to another machine that shows signs of life, and taken over when it has not for a minute', () => {
    const directory = scratch();
    const path = leaveLock(directory, { pid: 1, host: 'elsewhere.example.org' });
    expect(() => lockDirectory(directory)).toThrow('process 1 on elsewhere.example.org');
    const before = new Date(Date.now() - 61_000);
    utimesSync(path, before, before);
    lockDirectory(directory).release();
  });

  test('is taken over when its lock says nothing', () => {
    const directory = scratch();
    writeFileSync(join(directory, 'lock'), '');
    lockDirectory(directory).release();
  });

  test('keeps the lock of somebody else when it is released late', () => {
    const directory = scratch();
    const lock = lockDirectory(directory);
    const path = leaveLock(directory, { pid: process.pid, started: undefined });
    lock.release();
    expect(existsSync(path)).toBe(true);
  });
});
