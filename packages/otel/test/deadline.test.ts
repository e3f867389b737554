import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startDeadline, startTimeout } from '../src/deadline.ts';

afterEach(() => void vi.useRealTimers());

it('passes while the clock of the application stands still', async () => {
  vi.useFakeTimers();
  const deadline = startDeadline(20);
  const never = new Promise(() => {});
  expect(await deadline.wait(never, () => {})).toBe(false);
  // A timer may be a little early by this clock.
  expect(deadline.remaining()).toBeLessThan(10);
});

it('is one for all that waits for it, and says what failed', async () => {
  const deadline = startDeadline(10_000);
  const errors: unknown[] = [];
  expect(await deadline.wait(Promise.reject(new Error('refused')), (error) => errors.push(error))).toBe(true);
  expect(await deadline.wait(Promise.resolve(), (error) => errors.push(error))).toBe(true);
  expect(errors).toEqual([new Error('refused')]);
  expect(deadline.remaining()).toBeGreaterThan(5_000);
});

describe('the end of a time', () => {
  it('comes after what arrived while the event loop stood still', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [
      [Socket],
      [],
    ];
    const seen: string[] = [];
    near.on('data', () => seen.push('answer'));
    const ended = new Promise<void>((resolve) => startTimeout(20, () => resolve(void seen.push('end'))));
    far.write('answer');
    standStill(50);
    await ended;
    expect(seen).toEqual(['answer', 'end']);
    near.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it('does not come any more when it is stopped right after its time', async () => {
    let hasEnded = false;
    const stop = startTimeout(1, () => {
      hasEnded = true;
    });
    // In the same turn of the event loop.
    setTimeout(stop, 1);
    standStill(10);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(hasEnded).toBe(false);
  });
});

/** Stops the event loop for a while. */
function standStill(millis: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis);
}
