import { describe, expect, it } from 'vitest';
import { createBed } from './lane-bed.ts';

const settings = { rateLimit: { count: 1, per: '1s' }, circuitBreaker: false } as const;

describe('where deliveries are few', () => {
  it('what is worse goes first, and what is as bad in its order', async () => {
    const bed = createBed({ settings });
    for (const id of ['w1', 'w2', 'w3']) bed.put(id, { severity: 'warning' });
    bed.put('i', { severity: 'info' });
    bed.put('e', { severity: 'error' });
    bed.put('c', { severity: 'critical' });
    await bed.clock.advance(6_000);
    expect(bed.ids().flat()).toEqual(['c', 'e', 'w1', 'w2', 'w3', 'i']);
  });

  it('it takes what waits before it under its key along', async () => {
    const bed = createBed({ settings });
    bed.put('w1', { severity: 'warning' });
    bed.put('k1', { severity: 'info', key: 'k' });
    bed.put('k2', { severity: 'critical', key: 'k' });
    bed.put('k3', { severity: 'info', key: 'k' });
    await bed.clock.advance(4_000);
    expect(bed.ids().flat()).toEqual(['k1', 'k2', 'k3', 'w1']);
  });

  it('it goes before what is tried again', async () => {
    let isDown = true;
    const bed = createBed({
      settings: { ...settings, retry: { initialDelay: '3s' } },
      deliver: () => (isDown ? Promise.reject(new Error('down')) : Promise.resolve()),
    });
    bed.put('w1', { severity: 'warning' });
    bed.put('w2', { severity: 'warning' });
    await bed.clock.advance(1_500);
    isDown = false;
    // Both pauses are over only later; the rate limit is what holds up the rest.
    await bed.clock.advance(1_499);
    bed.put('i', { severity: 'info' });
    bed.put('c', { severity: 'critical' });
    await bed.clock.advance(6_000);
    expect(bed.ids().flat().slice(2)).toEqual(['c', 'w1', 'w2', 'i']);
  });
});

describe('where they are not', () => {
  it('all goes in the order in which it came', async () => {
    const bed = createBed();
    for (const severity of ['warning', 'info', 'critical', 'error'] as const) bed.put(severity, { severity });
    await bed.clock.advance(10);
    expect(bed.ids().flat()).toEqual(['warning', 'info', 'critical', 'error']);
  });
});
