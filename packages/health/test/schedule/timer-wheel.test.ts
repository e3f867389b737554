import { describe, expect, it, vi } from 'vitest';
import { TimerWheel } from '../../src/schedule/timer-wheel.ts';
import { pass, useFakeClock } from '../fake-clock.ts';

useFakeClock();

/** Width of a slot, and the millisecond that Node.js rounds a delay up to. */
const LATEST_MILLIS = 11;
const DAY = 86_400_000;

/** Sets a delay, and keeps when it was over. */
function record(wheel: TimerWheel, calls: [delay: number, after: number][], delay: number): () => void {
  const from = performance.now();
  return wheel.after(delay, () => void calls.push([delay, performance.now() - from]));
}

describe('delays', () => {
  it.each([
    ['of one revolution', [30, 10, 4_990, 10.5, 20]],
    ['longer than a revolution', [5_120, 12_000, 5_110, 3_600_000, 60_000, 5_130]],
    ['longer than a timer of Node.js can be', [30 * DAY, 25 * DAY, 10]],
  ])('%s come in order, never early, and 10 ms late at most', async (_, delays) => {
    const wheel = new TimerWheel();
    const calls: [number, number][] = [];
    for (const delay of delays) record(wheel, calls, delay);
    await pass(Math.max(...delays) + LATEST_MILLIS);
    expect(calls.map(([delay]) => delay)).toEqual([...delays].sort((a, b) => a - b));
    for (const [delay, after] of calls) {
      expect(after).toBeGreaterThanOrEqual(delay);
      expect(after - delay).toBeLessThanOrEqual(LATEST_MILLIS);
    }
    expect(wheel.size).toBe(0);
  });

  it('that share a slot a revolution apart are kept apart', async () => {
    const wheel = new TimerWheel();
    const calls: [number, number][] = [];
    for (const delay of [100, 100 + 5_120, 100 + 2 * 5_120]) record(wheel, calls, delay);
    await pass(100 + LATEST_MILLIS);
    expect(calls.length).toBe(1);
    await pass(5_120);
    expect(calls.length).toBe(2);
    await pass(5_120);
    expect(calls.length).toBe(3);
  });

  it('that were set while others are pending are not kept waiting by those', async () => {
    const wheel = new TimerWheel();
    const calls: [number, number][] = [];
    record(wheel, calls, 60_000);
    await pass(1_234);
    record(wheel, calls, 20);
    await pass(20 + LATEST_MILLIS);
    expect(calls.map(([delay]) => delay)).toEqual([20]);
  });
});

describe('thousands of delays', () => {
  it('wait on a single timer of Node.js', async () => {
    const wheel = new TimerWheel();
    let calls = 0;
    for (let i = 0; i < 5_000; i++) wheel.after((i * 37) % 20_000, () => calls++);
    expect(wheel.size).toBe(5_000);
    expect(vi.getTimerCount()).toBe(1);
    await pass(10_000);
    expect(vi.getTimerCount()).toBe(1);
    await pass(10_000 + LATEST_MILLIS);
    expect(calls).toBe(5_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that are cancelled leave no timer behind', () => {
    const wheel = new TimerWheel();
    const cancels = Array.from({ length: 1_000 }, (_, i) => wheel.after(i, () => expect.unreachable()));
    for (const cancel of cancels) cancel();
    expect([wheel.size, vi.getTimerCount()]).toEqual([0, 0]);
  });
});

describe('callbacks', () => {
  it('may cancel others of the same slot, and themselves, more than once', async () => {
    const wheel = new TimerWheel();
    const called: string[] = [];
    const cancelFirst = wheel.after(50, () => {
      called.push('first');
      cancelFirst();
      cancelSecond();
      cancelSecond();
    });
    const cancelSecond = wheel.after(50, () => called.push('second'));
    wheel.after(50, () => called.push('third'));
    await pass(100);
    expect(called).toEqual(['first', 'third']);
    expect(wheel.size).toBe(0);
    cancelFirst();
    expect(wheel.size).toBe(0);
  });

  it('may set delays, which come after them and not at once', async () => {
    const wheel = new TimerWheel();
    const calls: [number, number][] = [];
    wheel.after(20, () => {
      for (const delay of [300, 0, 5_120, 10]) record(wheel, calls, delay);
      expect(calls).toEqual([]);
    });
    await pass(10_000);
    expect(calls.map(([delay]) => delay)).toEqual([0, 10, 300, 5_120]);
    for (const [delay, after] of calls) expect(after - delay).toBeLessThanOrEqual(LATEST_MILLIS);
  });

  it('may cancel the last delay and set another', async () => {
    const wheel = new TimerWheel();
    const calls: [number, number][] = [];
    const cancel = wheel.after(1_000, () => expect.unreachable());
    wheel.after(20, () => {
      cancel();
      record(wheel, calls, 40);
    });
    await pass(2_000);
    expect(calls.length).toBe(1);
  });
});

it('a process that stood still for longer than a revolution catches up on all that is due', () => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(0);
  const wheel = new TimerWheel();
  const called: number[] = [];
  const delays = [12_000, 5_200, 80, 19_990, 100, 60_000];
  for (const delay of delays) wheel.after(delay, () => called.push(delay));
  now.mockReturnValue(20_000);
  vi.advanceTimersToNextTimer();
  expect(called.sort((a, b) => a - b)).toEqual([80, 100, 5_200, 12_000, 19_990]);
  expect(wheel.size).toBe(1);
  now.mockRestore();
});
