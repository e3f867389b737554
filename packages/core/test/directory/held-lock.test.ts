import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type DirectoryLock, lockDirectory } from '../../src/directory/lock.ts';

/** How much later it is by the monotonic clock than it is. */
const monotonic = vi.hoisted(() => ({ aheadMillis: 0 }));

vi.mock('../../src/clock.ts', async (importOriginal) => {
  const clock = await importOriginal<typeof import('../../src/clock.ts')>();
  return { ...clock, monotonicMillis: () => clock.monotonicMillis() + monotonic.aheadMillis };
});

let directory: string;
let path: string;
let lost: number;
let lock: DirectoryLock;
beforeEach(() => {
  // No beat comes: a process that is frozen sees no timer before it goes on.
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: Date.now() });
  directory = mkdtempSync(join(tmpdir(), 'lock-'));
  path = join(directory, 'lock');
  lost = 0;
  lock = lockDirectory(directory, () => lost++);
});
afterEach(() => {
  lock.release();
  vi.useRealTimers();
  monotonic.aheadMillis = 0;
  rmSync(directory, { recursive: true, force: true });
});

function takeOver(): void {
  const owner = { pid: 1, host: 'elsewhere.example.org', thread: 0, token: 'other', since: '2026-01-01' };
  writeFileSync(path, JSON.stringify(owner));
}

/** What can happen to it, and its clocks, while a minute passes. */
const HELD_UP: [string, () => void][] = [
  ['was frozen', passBoth],
  ['slept with its machine, whose monotonic clock stood still', () => passCalendar(61_000)],
  ['was frozen while the calendar was set back', () => passMonotonic(61_000)],
  ['has had its calendar set back by an hour', () => passCalendar(-3_600_000)],
];

function passBoth(): void {
  passCalendar(61_000);
  passMonotonic(61_000);
}

function passCalendar(millis: number): void {
  vi.setSystemTime(Date.now() + millis);
}

function passMonotonic(millis: number): void {
  monotonic.aheadMillis += millis;
}

describe('a process that asks for its lock', () => {
  test('does not look at the disk while signs of life are given in time', () => {
    rmSync(path);
    expect(lock.isHeld()).toBe(true);
    vi.advanceTimersByTime(10_000);
    // The beat has made it anew, and is a sign of life.
    takeOver();
    passMonotonic(11_000);
    passCalendar(4_000);
    expect([lock.isHeld(), lost]).toEqual([true, 0]);
  });

  test.each(HELD_UP)('and %s, hears that another one has it', (_, pass) => {
    takeOver();
    pass();
    expect([lock.isHeld(), lost]).toEqual([false, 1]);
    expect([lock.isHeld(), lost]).toEqual([false, 1]);
    lock.release();
    expect(readFileSync(path, 'utf8')).toContain('other');
  });

  test.each(HELD_UP)('and %s, has it still, and shows life at once', (_, pass) => {
    const before = new Date(Date.now() - 50_000);
    utimesSync(path, before, before);
    pass();
    expect([lock.isHeld(), lost]).toEqual([true, 0]);
    expect(Math.abs(Date.now() - statSync(path).mtimeMs)).toBeLessThan(1_000);
    // Not again for each write.
    takeOver();
    expect(lock.isHeld()).toBe(true);
  });

  test('and was frozen, does not have it when another one has taken it and given it back', () => {
    rmSync(path);
    passBoth();
    expect([lock.isHeld(), lost]).toEqual([false, 1]);
  });

  test('and was frozen, is told when that cannot be found out, and asks again', () => {
    const own = readFileSync(path);
    rmSync(path);
    mkdirSync(path);
    passBoth();
    expect(() => lock.isHeld()).toThrow('EISDIR');
    rmSync(path, { recursive: true });
    writeFileSync(path, own);
    expect([lock.isHeld(), lost]).toEqual([true, 0]);
  });

  test('has none when it has given it back', () => {
    lock.release();
    expect([lock.isHeld(), lost]).toEqual([false, 0]);
  });
});
