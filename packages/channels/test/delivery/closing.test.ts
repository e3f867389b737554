import { describe, expect, it } from 'vitest';
import { createBed } from './lane-bed.ts';

describe('flush', () => {
  it('waits for what is there now, and not for what comes later', async () => {
    const bed = createBed({ settings: { rateLimit: { count: 1, per: '1s' } } });
    bed.put('a');
    bed.put('b');
    let isFlushed: boolean | undefined;
    void bed.lane.flush(10_000).then((result) => {
      isFlushed = result;
    });
    bed.put('c');
    await bed.clock.advance(999);
    expect(isFlushed).toBeUndefined();
    await bed.clock.advance(1);
    expect(isFlushed).toBe(true);
    expect(bed.lane.status.waiting).toBe(1);
  });

  it('is over when its time is', async () => {
    const bed = createBed({ deliver: () => Promise.reject(new Error('down')) });
    bed.put('a');
    const flushed = bed.lane.flush(500);
    await bed.clock.advance(500);
    expect(await flushed).toBe(false);
  });

  it('of nothing is done at once', async () => {
    expect(await createBed().lane.flush(1_000)).toBe(true);
  });
});

describe('closing', () => {
  it('does not wait for what cannot be delivered in time', async () => {
    const bed = createBed({
      settings: { retry: { initialDelay: '1m' } },
      deliver: () => Promise.reject(new Error('down')),
    });
    bed.put('a');
    const drained = bed.lane.drain(5_000);
    await bed.clock.advance(1);
    expect(await drained).toBe(false);
    await bed.lane.stop(1_000);
    bed.lane.end();
    expect(bed.dead.map(({ reason }) => reason)).toEqual(['closed']);
    expect(bed.clock.pending).toBe(0);
  });

  it('ends the delivery that is under way by its signal', async () => {
    const bed = createBed({
      deliver: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    });
    bed.put('a');
    const drained = bed.lane.drain(1_000);
    await bed.clock.advance(1_000);
    expect(await drained).toBe(false);
    await bed.lane.stop(1_000);
    bed.lane.end();
    expect(bed.dead.map(({ reason, error }) => [reason, error])).toEqual([
      ['closed', 'The channel is being closed'],
    ]);
  });

  it('leaves a delivery that ignores its signal as uncertain', async () => {
    const bed = createBed({ deliver: () => new Promise(() => {}) });
    bed.put('a');
    bed.put('b');
    const drained = bed.lane.drain(100);
    await bed.clock.advance(100);
    await drained;
    const stopped = bed.lane.stop(100);
    await bed.clock.advance(100);
    await stopped;
    bed.lane.end();
    expect(bed.dead.map(({ reason, notification: { id } }) => [id, reason])).toEqual([
      ['a', 'uncertain'],
      ['b', 'closed'],
    ]);
    expect(bed.clock.pending).toBe(0);
  });
});
