import { describe, expect, it } from 'vitest';
import { backOffMillis } from '../../src/delivery/back-off.ts';
import { DeliveryError } from '../../src/delivery-error.ts';
import { createBed } from './lane-bed.ts';

const NO_CIRCUIT = { circuitBreaker: false } as const;

describe('a delivery that fails', () => {
  it('is tried again after pauses that double up to the greatest', async () => {
    const settings = { ...NO_CIRCUIT, retry: { initialDelay: '1s', maxDelay: '5s' } };
    const bed = createBed({ settings, deliver: () => Promise.reject(new Error('refused')) });
    bed.put('a');
    await bed.clock.advance(23_000);
    expect(bed.times()).toEqual([0, 1_000, 3_000, 7_000, 12_000, 17_000, 22_000]);
    expect(bed.deliveries.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(bed.lane.status).toMatchObject({ waiting: 1, failures: 7, lastFailure: 'refused' });
  });

  it('waits for at least half of the pause, by chance', () => {
    expect(backOffMillis(3, 1_000, 300_000, () => 0)).toBe(2_000);
    expect(backOffMillis(3, 1_000, 300_000, () => 0.5)).toBe(3_000);
    expect(backOffMillis(10_000, 1_000, 300_000, () => 0)).toBe(150_000);
  });

  it('holds back later ones of its key, and of no other', async () => {
    const bed = createBed({
      deliver: (_, __, count) => (count === 1 ? Promise.reject(new Error('refused')) : Promise.resolve()),
    });
    for (const [id, key] of [
      ['a1', 'a'],
      ['b1', 'b'],
      ['a2', 'a'],
      ['b2', 'b'],
    ] as const)
      bed.put(id, { key });
    await bed.clock.advance(999);
    expect(bed.ids()).toEqual([['a1'], ['b1'], ['b2']]);
    bed.put('a3', { key: 'a' });
    await bed.clock.advance(1);
    expect(bed.ids().slice(3)).toEqual([['a1'], ['a2'], ['a3']]);
  });

  it('is given up after so many attempts', async () => {
    const settings = { retry: { initialDelay: 10, maxAttempts: 3 } };
    const bed = createBed({ settings, deliver: () => Promise.reject(new Error('refused')) });
    bed.put('a');
    await bed.clock.advance(60_000);
    expect(bed.times()).toEqual([0, 10, 30]);
    expect(bed.dead).toEqual([
      expect.objectContaining({
        channel: 'test',
        reason: 'attempts',
        attempts: 3,
        error: 'refused',
        notification: expect.objectContaining({ id: 'a', payload: { id: 'a' } }),
      }),
    ]);
    expect(bed.heard('channel.delivery.failed').map(({ retryInMillis }) => retryInMillis)).toEqual([
      10,
      20,
      undefined,
    ]);
    expect(bed.heard('channel.notification.dead')).toEqual(bed.dead);
  });

  it('is given up at its deadline, between two attempts too', async () => {
    const settings = { ...NO_CIRCUIT, deadline: '10s', retry: { initialDelay: '8s', maxDelay: '8s' } };
    const bed = createBed({ settings, deliver: () => Promise.reject(new Error('refused')) });
    bed.put('a');
    await bed.clock.advance(9_999);
    expect(bed.dead).toEqual([]);
    await bed.clock.advance(101);
    expect(bed.dead.map(({ reason, attempts }) => [reason, attempts])).toEqual([['deadline', 2]]);
    expect(bed.clock.pending).toBe(0);
  });

  it.each([86_400_000 * 20_000, -86_400_000 * 365])(
    'has its whole time when the time of day is set right by %i ms meanwhile',
    async (jump) => {
      const settings = { ...NO_CIRCUIT, deadline: '10s', retry: { initialDelay: '8s', maxDelay: '8s' } };
      const bed = createBed({ settings, deliver: () => Promise.reject(new Error('refused')) });
      bed.put('a');
      await bed.clock.advance(1_000);
      bed.clock.jump(jump);
      await bed.clock.advance(8_999);
      expect(bed.dead).toEqual([]);
      expect(bed.times()).toEqual([0, 8_000]);
      await bed.clock.advance(101);
      expect(bed.dead.map(({ reason }) => reason)).toEqual(['deadline']);
    },
  );

  it('is given up at once when the receiver will never take it, and others go on', async () => {
    const bed = createBed({
      deliver: ([first]) =>
        first?.id === 'a'
          ? Promise.reject(new DeliveryError('malformed', { permanent: true, status: 400 }))
          : Promise.resolve(),
    });
    bed.put('a', { key: 'k' });
    bed.put('b', { key: 'k' });
    await bed.clock.advance(0);
    expect(bed.dead.map(({ reason, notification: { id } }) => [reason, id])).toEqual([['rejected', 'a']]);
    expect(bed.lane.status).toMatchObject({ delivered: 1, dead: 1, waiting: 0, circuit: 'closed' });
    expect(bed.heard('channel.delivery.failed')).toEqual([
      expect.objectContaining({ permanent: true, status: 400, error: 'malformed', retryInMillis: undefined }),
    ]);
  });

  it('is understood whatever is thrown', async () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
        getPrototypeOf: () => {
          throw new Error('no');
        },
      },
    );
    const thrown = [undefined, null, 'text', 7, hostile, { permanent: 'yes', retryAfterMillis: -5 }];
    const bed = createBed({
      settings: { ...NO_CIRCUIT, retry: { initialDelay: 1, maxDelay: 1 } },
      deliver: (_, __, count) => {
        if (count > thrown.length) return Promise.resolve();
        // Synchronously and not, by turns.
        if (count % 2 === 0) throw thrown[count - 1];
        return Promise.reject(thrown[count - 1]);
      },
    });
    bed.put('a');
    await bed.clock.advance(20);
    expect(bed.lane.status).toMatchObject({ delivered: 1, failures: thrown.length, dead: 0 });
  });
});

describe('Retry-After', () => {
  it('holds the whole channel for exactly that long, and does not open the circuit', async () => {
    const settings = { circuitBreaker: { failures: 1 } };
    const bed = createBed({
      settings,
      deliver: (_, __, count) =>
        count === 1
          ? Promise.reject(new DeliveryError('slow down', { retryAfterMillis: 7_000, status: 429 }))
          : Promise.resolve(),
    });
    bed.put('a');
    bed.put('b');
    await bed.clock.advance(6_999);
    bed.put('c');
    expect(bed.times()).toEqual([0]);
    expect(bed.lane.status.circuit).toBe('closed');
    await bed.clock.advance(1);
    expect(bed.ids().slice(1)).toEqual([['a'], ['b'], ['c']]);
    expect(bed.times()).toEqual([0, 7_000, 7_000, 7_000]);
  });

  it('is not believed for longer than anything is tried', async () => {
    const settings = { deadline: '1m' };
    const bed = createBed({
      settings,
      deliver: (_, __, count) =>
        count === 1 ? Promise.reject(new DeliveryError('no', { retryAfterMillis: 1e15 })) : Promise.resolve(),
    });
    bed.put('a');
    await bed.clock.advance(61_000);
    bed.put('b');
    await bed.clock.advance(0);
    expect(bed.dead.map(({ reason }) => reason)).toEqual(['deadline']);
    expect(bed.ids()).toEqual([['a'], ['b']]);
  });
});
