import { describe, expect, it } from 'vitest';
import { STALL_MILLIS, StallWatch } from '../../src/directory/stall-watch.ts';

/** Keeps the event loop from turning. */
function busy(millis: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis);
}

describe('a watch over a disk', () => {
  it('is told by the event loop that goes on turning, and forgets it once the disk answers', async () => {
    const watch = new StallWatch();
    watch.start();
    const begin = performance.now();
    await expect.poll(() => watch.isStalled, { timeout: 20_000, interval: 10 }).toBe(true);
    expect(performance.now() - begin).toBeGreaterThan(STALL_MILLIS - 20);
    watch.end();
    expect(watch.isStalled).toBe(false);
  });

  it('says nothing of a disk while the event loop stands still, nor in the turns after', async () => {
    let stalls = 0;
    const watch = new StallWatch({ onStall: () => void stalls++ });
    watch.start();
    busy(STALL_MILLIS + 200);
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
    expect([watch.isStalled, stalls]).toEqual([false, 0]);
    watch.end();
  });

  it('begins anew with each thing that the disk is asked for, by the time that it is given', () => {
    const steps: (() => void)[] = [];
    let millis = 0;
    const watch = new StallWatch({
      after: (step, callback) => {
        const next = (): void => {
          millis += step;
          callback();
        };
        steps.push(next);
        return () => void steps.splice(steps.indexOf(next), 1);
      },
    });
    watch.start();
    while (millis < STALL_MILLIS - 100) steps.pop()?.();
    expect([watch.isStalled, steps.length]).toEqual([false, 1]);
    watch.start();
    millis = 0;
    while (steps.length > 0) steps.pop()?.();
    expect([watch.isStalled, millis]).toEqual([true, STALL_MILLIS]);
  });
});
