import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { TimerWheel } from '../../src/schedule/timer-wheel.ts';
import { useFakeClock } from '../fake-clock.ts';

useFakeClock();

/** Width of a slot, and the millisecond that Node.js rounds a delay up to. */
const LATEST_MILLIS = 11;

const steps = fc.array(
  fc.record({
    advance: fc.oneof(fc.constant(0), fc.integer({ max: 30, min: 0 }), fc.integer({ max: 7_000, min: 0 })),
    delay: fc.oneof(fc.integer({ max: 40, min: 0 }), fc.double({ max: 15_000, min: 0, noNaN: true })),
    cancel: fc.option(fc.nat(20)),
  }),
  { maxLength: 40 },
);

it('a wheel calls what a sorted list would call, each once, in time, and nothing that was cancelled', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const wheel = new TimerWheel();
      const expected: { id: number; due: number }[] = [];
      const called: { id: number; at: number }[] = [];
      const cancels: (() => void)[] = [];
      for (const [id, { advance, delay, cancel }] of sequence.entries()) {
        vi.advanceTimersByTime(advance);
        cancels.push(wheel.after(delay, () => called.push({ id, at: performance.now() })));
        expected.push({ id, due: performance.now() + delay });
        if (cancel === null || cancel > id) continue;
        cancels[cancel]?.();
        if (called.every((call) => call.id !== cancel)) {
          const index = expected.findIndex((entry) => entry.id === cancel);
          if (index >= 0) expected.splice(index, 1);
        }
      }
      expect(wheel.size).toBe(expected.length - called.length);
      vi.advanceTimersByTime(16_000);
      expect(called.map(({ id }) => id).sort((a, b) => a - b)).toEqual(expected.map(({ id }) => id));
      const dues = new Map(expected.map(({ id, due }) => [id, due]));
      for (const [i, { id, at }] of called.entries()) {
        const due = dues.get(id) as number;
        expect(at).toBeGreaterThanOrEqual(due);
        expect(at - due).toBeLessThanOrEqual(LATEST_MILLIS);
        // Never more out of order than a slot is wide: what is set while its slot is served comes in the next.
        const before = dues.get(called[i - 1]?.id as number);
        if (before !== undefined) expect(due).toBeGreaterThanOrEqual(before - 10);
      }
      expect([wheel.size, vi.getTimerCount()]).toEqual([0, 0]);
    }),
    { numRuns: 300 },
  );
});
