import { describe, expect, it } from 'vitest';
import { BlamedError } from '../../src/delivery/blamed-error.ts';
import { DeliveryError } from '../../src/delivery-error.ts';
import { createBed } from './lane-bed.ts';

const SETTINGS = {
  retry: { initialDelay: 1, maxDelay: 1 },
  circuitBreaker: { failures: 3, pause: '10s' },
} as const;

describe('a circuit breaker', () => {
  it('opens after failures in a row, tries one delivery after each pause, and pauses twice as long each time', async () => {
    const bed = createBed({ settings: SETTINGS, deliver: () => Promise.reject(new Error('down')) });
    for (let i = 0; i < 20; i++) bed.put(String(i));
    await bed.clock.advance(1_000);
    expect(bed.times()).toHaveLength(3);
    expect(bed.lane.status).toMatchObject({ circuit: 'open', waiting: 20 });
    await bed.clock.advance(750_000);
    const [, , opened = 0, ...trials] = bed.times();
    // 10, 20, 40, 80, 100, 100 … seconds.
    expect(trials.map((at) => (at - opened) / 1_000).slice(0, 6)).toEqual([10, 30, 70, 150, 250, 350]);
  });

  it('closes when the trial succeeds, and begins with the first pause the next time', async () => {
    let isDown = true;
    const down = () => (isDown ? Promise.reject(new Error('down')) : Promise.resolve());
    const bed = createBed({ settings: SETTINGS, deliver: down });
    for (let i = 0; i < 10; i++) bed.put(String(i));
    await bed.clock.advance(40_000);
    isDown = false;
    await bed.clock.advance(40_000);
    expect(bed.lane.status).toMatchObject({ circuit: 'closed', delivered: 10, lastFailure: undefined });
    isDown = true;
    for (let i = 0; i < 10; i++) bed.put(`again ${i}`);
    await bed.clock.advance(1_000);
    const opened = bed.times().at(-1) ?? 0;
    await bed.clock.advance(10_000);
    expect(bed.times().at(-1)).toBe(opened + 10_000);
    expect(bed.heard('channel.circuit.changed').map(({ from, to }) => `${from} ${to}`)).toEqual([
      'closed open',
      'open half-open',
      'half-open open',
      'open half-open',
      'half-open open',
      'open half-open',
      'half-open closed',
      'closed open',
      'open half-open',
      'half-open open',
    ]);
    expect(bed.heard('channel.circuit.changed')[0]).toMatchObject({ reason: 'down', waiting: 10 });
  });

  it('half-open makes one delivery, and others only after it', async () => {
    const waiting: (() => void)[] = [];
    const bed = createBed({
      settings: SETTINGS,
      deliver: (_, __, count) =>
        count <= 3
          ? Promise.reject(new Error('down'))
          : new Promise<void>((resolve) => void waiting.push(resolve)),
    });
    for (let i = 0; i < 5; i++) bed.put(String(i));
    await bed.clock.advance(15_000);
    expect(bed.times()).toHaveLength(4);
    expect(bed.lane.status.circuit).toBe('half-open');
    waiting.shift()?.();
    await bed.clock.advance(0);
    expect(bed.lane.status.circuit).toBe('closed');
    expect(bed.times()).toHaveLength(5);
  });

  it('is closed by a receiver that asks for a pause, and no longer than that is waited', async () => {
    const bed = createBed({
      settings: { ...SETTINGS, retry: { initialDelay: 1, maxDelay: 1 } },
      deliver: (_, __, count) => {
        if (count <= 3) return Promise.reject(new Error('down'));
        if (count === 4) return Promise.reject(new DeliveryError('busy', { retryAfterMillis: 500 }));
        return Promise.resolve();
      },
    });
    bed.put('a');
    await bed.clock.advance(60_000);
    const changes = bed.heard('channel.circuit.changed').map(({ from, to }) => `${from} ${to}`);
    expect(changes).toEqual(['closed open', 'open half-open', 'half-open closed']);
    const [asked = 0, next = 0] = bed.times().slice(3);
    expect(next - asked).toBe(500);
  });

  it('is not opened by a receiver that answers that it does not want them', async () => {
    const refuse = () => Promise.reject(new DeliveryError('no', { permanent: true }));
    const bed = createBed({ settings: SETTINGS, deliver: refuse });
    for (let i = 0; i < 10; i++) bed.put(String(i));
    await bed.clock.advance(0);
    expect(bed.dead).toHaveLength(10);
    expect(bed.lane.status.circuit).toBe('closed');
  });

  it('is not opened by one recipient of several, and closed by an answer about one', async () => {
    let error: Error = new BlamedError('full', 'recipient', {});
    const bed = createBed({ settings: SETTINGS, deliver: () => Promise.reject(error) });
    for (let i = 0; i < 10; i++) bed.put(String(i));
    await bed.clock.advance(100);
    expect(bed.times().length).toBeGreaterThan(100);
    expect(bed.lane.status).toMatchObject({ circuit: 'closed', waiting: 10 });
    error = new Error('down');
    await bed.clock.advance(100);
    expect(bed.lane.status.circuit).toBe('open');
    error = new BlamedError('full', 'recipient', {});
    await bed.clock.advance(10_000);
    expect(bed.lane.status.circuit).toBe('closed');
  });

  it('does not keep deadlines from being kept', async () => {
    const settings = { ...SETTINGS, deadline: '5s' };
    const bed = createBed({ settings, deliver: () => Promise.reject(new Error('down')) });
    for (let i = 0; i < 5; i++) bed.put(String(i));
    await bed.clock.advance(5_100);
    expect(bed.dead.map(({ reason, notification: { id } }) => [id, reason])).toEqual(
      ['0', '1', '2', '3', '4'].map((id) => [id, 'deadline']),
    );
  });

  it('switched off lets everything be tried', async () => {
    const settings = { ...SETTINGS, circuitBreaker: false } as const;
    const bed = createBed({ settings, deliver: () => Promise.reject(new Error('down')) });
    bed.put('a');
    await bed.clock.advance(99);
    expect(bed.times()).toHaveLength(100);
    expect(bed.lane.status.circuit).toBe('closed');
  });
});
