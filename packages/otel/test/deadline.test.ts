import { afterEach, expect, it, vi } from 'vitest';
import { startDeadline } from '../src/deadline.ts';

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
