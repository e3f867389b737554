import { describe, expect, it } from 'vitest';
import { createBed } from './lane-bed.ts';

function never(): Promise<void> {
  return new Promise(() => {});
}

describe('what waits is bounded', () => {
  it('and the oldest of the least severe goes', async () => {
    const bed = createBed({
      settings: { queue: { maxNotifications: 4 }, circuitBreaker: false },
      deliver: never,
    });
    bed.put('under way', { severity: 'info' });
    await bed.clock.advance(0);
    bed.put('warning 1', { severity: 'warning' });
    bed.put('critical', { severity: 'critical' });
    bed.put('warning 2', { severity: 'warning' });
    expect(bed.dead).toEqual([]);
    bed.put('error', { severity: 'error' });
    bed.put('info', { severity: 'info' });
    bed.put('critical 2', { severity: 'critical' });
    expect(bed.dead.map(({ reason, notification: { id } }) => [id, reason])).toEqual([
      ['warning 1', 'overflow'],
      ['info', 'overflow'],
      ['warning 2', 'overflow'],
    ]);
    expect(bed.lane.status.waiting).toBe(4);
  });

  it('in bytes, too', async () => {
    const text = 'ü'.repeat(1_000);
    const bed = createBed({ settings: { queue: { maxBytes: 10_000 } }, deliver: never });
    for (let i = 0; i < 10; i++) bed.put(String(i), { text });
    // 2,000 bytes of text and some 200 around it: four of them.
    expect(bed.lane.status.waiting).toBe(4);
    expect(bed.dead.map(({ notification: { id } }) => id)).toEqual(['0', '1', '2', '3', '4', '5']);
  });

  it('and one that alone is too much is given up itself, and displaces nothing', async () => {
    const bed = createBed({ settings: { queue: { maxBytes: 1_000 } }, deliver: never });
    bed.put('small');
    bed.put('large', { text: 'x'.repeat(2_000), severity: 'critical' });
    await bed.clock.advance(0);
    expect(bed.dead.map(({ notification: { id } }) => id)).toEqual(['large']);
    expect(bed.ids()).toEqual([['small']]);
  });

  it('and what channels say of themselves displaces nothing, and causes no more of it', () => {
    const bed = createBed({ settings: { queue: { maxNotifications: 2 } }, deliver: never });
    bed.put('a', { severity: 'info' });
    bed.put('b', { severity: 'info' });
    bed.put('own', { severity: 'critical', event: 'channel.notification.dead' });
    expect(bed.dead.map(({ notification: { id } }) => id)).toEqual(['own']);
    expect(bed.heard('channel.notification.dead')).toEqual([]);
  });
});

describe('a rate limit', () => {
  it('lets no more than so many deliveries begin in any stretch, batches counted once', async () => {
    const bed = createBed({ maxBatch: 2, settings: { rateLimit: { count: 3, per: '1s' } } });
    for (let i = 0; i < 16; i++) bed.put(String(i));
    await bed.clock.advance(5_000);
    expect(bed.times()).toEqual([0, 0, 0, 1_000, 1_000, 1_000, 2_000, 2_000]);
    await bed.clock.advance(300);
    bed.put('a');
    bed.put('b');
    await bed.clock.advance(2_000);
    expect(bed.times().slice(8)).toEqual([5_300]);
  });

  it('counts attempts that fail', async () => {
    const bed = createBed({
      settings: { rateLimit: { count: 1, per: '1m' }, circuitBreaker: false, retry: { initialDelay: 1 } },
      deliver: () => Promise.reject(new Error('down')),
    });
    bed.put('a');
    await bed.clock.advance(180_000);
    expect(bed.times()).toEqual([0, 60_000, 120_000, 180_000]);
  });
});
