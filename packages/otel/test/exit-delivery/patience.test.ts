import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startDeadline } from '../../src/deadline.ts';
import { createPatience } from '../../src/exit-delivery/patience.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('is the whole deadline while nothing was tried, and after what was delivered', () => {
  const patience = createPatience(1_000);
  expect(patience.remaining()).toBe(1_000);
  patience.begin(startDeadline(1_000));
  patience.end(true);
  expect(patience.remaining()).toBe(1_000);
});

it('is what is left of the deadline of a delivery that is under way', () => {
  const patience = createPatience(1_000);
  let left = 1_000;
  patience.begin({ ...startDeadline(1_000), remaining: () => left });
  left = 300;
  expect(patience.remaining()).toBe(300);
  left = 0;
  expect(patience.remaining()).toBe(0);
});

it('is over after a delivery was given up, until it may be worth another one', () => {
  const patience = createPatience(1_000);
  patience.begin(startDeadline(1_000));
  patience.end(false);
  vi.advanceTimersByTime(999);
  expect(patience.remaining()).toBe(0);
  vi.advanceTimersByTime(1);
  expect(patience.remaining()).toBe(1_000);
});
