import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { DirectoryLockedError, isLocked, lockDirectory } from '../../src/directory/lock.ts';

const made: string[] = [];
afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'lock-'));
  made.push(directory);
  return directory;
}

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
        name: 'DirectoryLockedError',
        message: expect.stringContaining(`${directory} belongs to process ${process.pid} on ${hostname()}`),
        owner: expect.objectContaining({ pid: process.pid }),
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

  test('is taken over from a thread of this process that was terminated, once it gives no sign of life', () => {
    const directory = scratch();
    lockDirectory(directory).release();
    const path = leaveLock(directory, { pid: process.pid, thread: 99 });
    expect(() => lockDirectory(directory)).toThrow(`process ${process.pid} on ${hostname()}, thread 99`);
    const before = new Date(Date.now() - 61_000);
    utimesSync(path, before, before);
    lockDirectory(directory).release();
  });

  test('is not taken over when its lock cannot be read: it may be somebody’s', () => {
    const directory = scratch();
    mkdirSync(join(directory, 'lock'));
    expect(() => lockDirectory(directory)).toThrow('EISDIR');
    expect(readdirSync(directory)).toEqual(['lock']);
    expect(isLocked(directory)).toBe(false);
  });

  test('is left to whoever is taking it over, and taken when that one is gone', () => {
    const directory = scratch();
    const path = leaveLock(directory, { pid: endedPid() });
    const guard = `${path}.${'0'.repeat(16)}`;
    writeFileSync(guard, '');
    expect(() => lockDirectory(directory)).toThrow(DirectoryLockedError);
    expect(existsSync(path)).toBe(true);
    const before = new Date(Date.now() - 61_000);
    utimesSync(guard, before, before);
    lockDirectory(directory).release();
    expect(readdirSync(directory)).toEqual([]);
  });

  test('keeps the lock of somebody else when it is released late', () => {
    const directory = scratch();
    const lock = lockDirectory(directory);
    const path = leaveLock(directory, { pid: process.pid, started: undefined });
    lock.release();
    expect(existsSync(path)).toBe(true);
  });
});

describe('a lock that is held', () => {
  const BEAT_MILLIS = 10_000;
  afterEach(() => {
    vi.useRealTimers();
  });

  test('is touched, and made anew when somebody has removed it', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const directory = scratch();
    const path = join(directory, 'lock');
    const lock = lockDirectory(directory, () => expect.unreachable());
    const before = new Date(Date.now() - 50_000);
    utimesSync(path, before, before);
    vi.advanceTimersByTime(BEAT_MILLIS);
    expect(Date.now() - statSync(path).mtimeMs).toBeLessThan(40_000);
    rmSync(path);
    vi.advanceTimersByTime(BEAT_MILLIS);
    expect(isLocked(directory)).toBe(true);
    lock.release();
    vi.advanceTimersByTime(BEAT_MILLIS);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('is told to be lost when somebody else has taken it', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const directory = scratch();
    let lost = 0;
    const lock = lockDirectory(directory, () => lost++);
    leaveLock(directory, { pid: 1, host: 'elsewhere.example.org' });
    vi.advanceTimersByTime(3 * BEAT_MILLIS);
    expect(lost).toBe(1);
    lock.release();
    expect(existsSync(join(directory, 'lock'))).toBe(true);
  });
});
