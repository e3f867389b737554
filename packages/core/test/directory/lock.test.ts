import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { DirectoryLockedError, isLocked, lockDirectory } from '../../src/directory/lock.ts';
import { readOwner, removeStale } from '../../src/directory/lock-file.ts';
import { isThisProcess, type Owner } from '../../src/directory/lock-owner.ts';

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
    const lock = lockDirectory(directory);
    const owner = readOwner(join(directory, 'lock')) as Owner;
    // A namespace whose number is used again has the same first pid.
    expect([isThisProcess(owner), isThisProcess({ ...owner, started: '1' })]).toEqual([true, false]);
    lock.release();
  });

  test('is left to another machine that shows signs of life, and taken over when it has not for a minute', () => {
    const directory = scratch();
    const path = leaveLock(directory, { pid: 1, host: 'elsewhere.example.org' });
    expect(() => lockDirectory(directory)).toThrow(
      /process 1 on elsewhere\.example\.org, since .+ \(if it is gone, wait: its lock is free within a minute\)$/,
    );
    const before = new Date(Date.now() - 61_000);
    utimesSync(path, before, before);
    lockDirectory(directory).release();
  });

  describe.runIf(process.platform === 'linux')('of a container with the host name of this one', () => {
    const leaveContainersLock = (directory: string): string =>
      leaveLock(directory, { pid: process.pid, started: '1', pidNamespace: 'pid:[1] another-boot' });

    test('is left to it while it shows signs of life, and who waits is told for how long', () => {
      const directory = scratch();
      const path = leaveContainersLock(directory);
      expect(isLocked(directory)).toBe(true);
      expect(() => lockDirectory(directory)).toThrow(
        `process ${process.pid} in another container on ${hostname()}, since 2026-01-01T00:00:00.000Z ` +
          '(if it is gone, wait: its lock is free within a minute)',
      );
      const before = new Date(Date.now() - 61_000);
      utimesSync(path, before, before);
      expect(isLocked(directory)).toBe(false);
      lockDirectory(directory).release();
    });

    test('is taken over when its last sign of life is to come: the clock was set back', () => {
      const directory = scratch();
      const path = leaveContainersLock(directory);
      const later = new Date(Date.now() + 3_600_000);
      utimesSync(path, later, later);
      lockDirectory(directory).release();
    });
  });

  test.runIf(process.platform === 'linux')(
    'is taken over at once from a process of the same namespace',
    () => {
      const directory = scratch();
      const path = join(directory, 'lock');
      const lock = lockDirectory(directory);
      const { pidNamespace } = JSON.parse(readFileSync(path, 'utf8')) as { pidNamespace: string };
      expect(pidNamespace).toContain(readlinkSync('/proc/self/ns/pid'));
      lock.release();
      leaveLock(directory, { pid: process.pid, started: '1', pidNamespace });
      lockDirectory(directory).release();
    },
  );

  test('is taken over when its lock says nothing', () => {
    const directory = scratch();
    writeFileSync(join(directory, 'lock'), '');
    lockDirectory(directory).release();
    // Gigabytes of nothing are not read.
    truncateSync(leaveLock(directory, { pid: process.pid }), 5 * 2 ** 30);
    expect(isLocked(directory)).toBe(false);
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

  test('is taken over from what may be another user’s process that cannot be seen, once it gives no sign of life', () => {
    const directory = scratch();
    const path = leaveLock(directory, { pid: endedPid(), started: '1' });
    const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
    });
    try {
      expect(() => lockDirectory(directory)).toThrow(DirectoryLockedError);
      const before = new Date(Date.now() - 61_000);
      utimesSync(path, before, before);
      lockDirectory(directory).release();
    } finally {
      kill.mockRestore();
    }
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

  test('is left to an owner that shows life while it is being taken over', () => {
    const directory = scratch();
    const path = leaveLock(directory, { pid: 1, host: 'elsewhere.example.org' });
    const draft = join(directory, 'lock.0123456789abcdef');
    writeFileSync(draft, '');
    const seen = JSON.parse(readFileSync(path, 'utf8')) as Owner;
    removeStale(path, draft, seen);
    expect(existsSync(path)).toBe(true);
    const before = new Date(Date.now() - 61_000);
    utimesSync(path, before, before);
    removeStale(path, draft, seen);
    expect(existsSync(path)).toBe(false);
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
