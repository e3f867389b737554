import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { consoleChannel } from '../../src/console/console-channel.ts';
import { BlamedError } from '../../src/delivery/blamed-error.ts';
import type { TakenInPart } from '../../src/delivery/taken-in-part.ts';
import { DeliveryError } from '../../src/delivery-error.ts';
import { createBed } from './lane-bed.ts';

describe('a batch', () => {
  it('is what came in one stretch, up to what the channel takes and the settings allow', async () => {
    const bed = createBed({ maxBatch: 10, settings: { batchSize: 3 } });
    for (const id of ['a', 'b', 'c', 'd', 'e']) bed.put(id);
    await bed.clock.advance(0);
    expect(bed.ids()).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e'],
    ]);
  });

  it('waits for others, and no longer when it is full', async () => {
    const bed = createBed({ maxBatch: 3, settings: { batchDelay: '1s' } });
    bed.put('a');
    await bed.clock.advance(600);
    bed.put('b');
    await bed.clock.advance(399);
    expect(bed.ids()).toEqual([]);
    await bed.clock.advance(1);
    expect(bed.ids()).toEqual([['a', 'b']]);
    for (const id of ['c', 'd', 'e', 'f']) bed.put(id);
    await bed.clock.advance(0);
    expect(bed.ids().slice(1)).toEqual([['c', 'd', 'e']]);
  });

  it('does not wait while somebody waits for it', async () => {
    const bed = createBed({ maxBatch: 3, settings: { batchDelay: '1h' } });
    bed.put('a');
    const flushed = bed.lane.flush(5_000);
    await bed.clock.advance(0);
    expect(await flushed).toBe(true);
    expect(bed.ids()).toEqual([['a']]);
  });

  it('that was taken in part: the rest is tried again or given up, each as it was said', async () => {
    const bed = createBed({
      maxBatch: 10,
      deliver: (_, __, count) =>
        count > 1
          ? Promise.resolve()
          : Promise.resolve([
              { id: 'b', error: new DeliveryError('too long', { permanent: true }) },
              { id: 'c', error: new DeliveryError('later') },
              { id: 'nobody', error: new DeliveryError('what?') },
              null,
              7,
            ]),
    });
    for (const id of ['a', 'b', 'c', 'd']) bed.put(id);
    await bed.clock.advance(999);
    expect(bed.lane.status).toMatchObject({ delivered: 2, dead: 1, waiting: 1, circuit: 'closed' });
    expect(bed.dead.map(({ reason, error }) => [reason, error])).toEqual([['rejected', 'too long']]);
    await bed.clock.advance(1);
    expect(bed.ids()).toEqual([['a', 'b', 'c', 'd'], ['c']]);
    expect(bed.lane.status).toMatchObject({ delivered: 3, waiting: 0 });
  });

  it('of which each is refused for the same is one failure, and tried again as one', async () => {
    const bed = createBed({
      maxBatch: 100,
      deliver: (batch, _, count) =>
        Promise.resolve(
          count > 1
            ? []
            : batch.map(({ id }) => ({
                id,
                error:
                  id === '7'
                    ? new DeliveryError('never', { permanent: true, status: 400 })
                    : new DeliveryError('busy', { status: 429 }),
              })),
        ),
    });
    for (let i = 0; i < 100; i++) bed.put(String(i));
    bed.put('behind', { key: 'key of 3' });
    await bed.clock.advance(999);
    expect(bed.heard('channel.delivery.failed')).toEqual([
      expect.objectContaining({ error: 'never', notifications: 1, retryInMillis: undefined }),
      expect.objectContaining({ error: 'busy', status: 429, notifications: 99, retryInMillis: 1_000 }),
    ]);
    expect(bed.lane.status).toMatchObject({ failures: 2, dead: 1, waiting: 100 });
    await bed.clock.advance(1);
    expect(bed.ids().map((ids) => ids.length)).toEqual([100, 100]);
    expect(bed.lane.status).toMatchObject({ delivered: 100, waiting: 0 });
  });

  it('of which each is refused in a way of its own has each tried again when it is due', async () => {
    const bed = createBed({
      maxBatch: 100,
      settings: { rateLimit: { count: 1, per: 1 }, retry: { initialDelay: '1s' } },
      deliver: (batch, _, count) =>
        count > 2
          ? Promise.resolve()
          : Promise.resolve(batch.map(({ id }) => ({ id, error: new DeliveryError(`no room for ${id}`) }))),
    });
    bed.put('a');
    await bed.clock.advance(0);
    bed.put('b');
    await bed.clock.advance(2_000);
    expect(bed.heard('channel.delivery.failed').map(({ error }) => error)).toEqual([
      'no room for a',
      'no room for b',
    ]);
    expect(bed.ids()).toEqual([['a'], ['b'], ['a'], ['b']]);
  });

  it('that is refused for one of it loses only that one', async () => {
    const bed = createBed({
      maxBatch: 100,
      settings: { retry: { maxAttempts: 1 } },
      deliver: (batch) =>
        batch.some(({ id }) => id === '13')
          ? Promise.reject(new DeliveryError('bad request', { permanent: true, status: 400 }))
          : Promise.resolve(),
    });
    for (let i = 0; i < 50; i++) bed.put(String(i));
    await bed.clock.advance(0);
    expect(bed.dead.map(({ reason, attempts, notification: { id } }) => [id, reason, attempts])).toEqual([
      ['13', 'rejected', 1],
    ]);
    expect(bed.lane.status).toMatchObject({ delivered: 49, waiting: 0, circuit: 'closed' });
    // 50, 25, 13, 7, 4, 2, 1 and what is left of each.
    expect(bed.deliveries.length).toBeLessThan(20);
  });

  it('that is refused whole is tried in no more than twice as many deliveries as it has notifications', async () => {
    const refuse = () => Promise.reject(new DeliveryError('unauthorized', { permanent: true, status: 403 }));
    const bed = createBed({ maxBatch: 64, deliver: refuse });
    for (let i = 0; i < 64; i++) bed.put(String(i));
    await bed.clock.advance(0);
    expect(bed.dead).toHaveLength(64);
    expect(bed.deliveries.length).toBeLessThan(128);
  });

  it.each([
    ...[301, 308, 401, 404, 410].map((status) => new DeliveryError('no', { permanent: true, status })),
    new DeliveryError('no', { permanent: true, cause: Object.assign(new Error('write'), { code: 'EPIPE' }) }),
    new BlamedError('no', 'sender', { permanent: true, status: 535 }),
    new BlamedError('no', 'recipient', { permanent: true, status: 550 }),
  ])('that is refused for who sends it, or whom for, is not tried in parts: %o', async (error) => {
    const refuse = () => Promise.reject(error);
    const bed = createBed({ maxBatch: 64, deliver: refuse });
    for (let i = 0; i < 64; i++) bed.put(String(i));
    await bed.clock.advance(0);
    expect(bed.dead.map(({ reason }) => reason)).toEqual(Array.from({ length: 64 }, () => 'rejected'));
    expect(bed.deliveries).toHaveLength(1);
    expect(bed.heard('channel.delivery.failed')).toEqual([
      expect.objectContaining({ notifications: 64, permanent: true, retryInMillis: undefined }),
    ]);
  });

  it('for a stream that takes nothing any more is not tried in parts', async () => {
    const stream = new PassThrough().destroy();
    const { deliver } = consoleChannel({ stream });
    const bed = createBed({ maxBatch: 64, deliver });
    for (let i = 0; i < 64; i++) bed.put(String(i));
    await bed.clock.advance(0);
    await vi.waitFor(() => expect(bed.dead).toHaveLength(64));
    expect(bed.deliveries).toHaveLength(1);
  });

  it.each([undefined, null, 7, 'ok', {}, { length: 2 }, [undefined]])(
    'is taken when %j is returned',
    async (result) => {
      const bed = createBed({ deliver: () => result });
      bed.put('a');
      await bed.clock.advance(0);
      expect(bed.lane.status).toMatchObject({ delivered: 1, waiting: 0 });
    },
  );
});

describe('a notification that some recipients have', () => {
  const later = new BlamedError('full', 'recipient', {});
  const never = new BlamedError('gone', 'recipient', { permanent: true });
  const lacked = (id: string, lacking: TakenInPart['lacking']): TakenInPart => ({
    id,
    error: later,
    lacking,
  });

  it('is delivered, and waits for each other one by itself', async () => {
    const bed = createBed({
      maxBatch: 10,
      deliver: (_, __, count) =>
        count > 1
          ? Promise.resolve()
          : [
              lacked('a', [
                { recipient: 'x', error: later },
                { recipient: 'y', error: never },
                { recipient: 'z' },
                null as never,
                {} as never,
              ]),
            ],
    });
    bed.put('a', { key: 'k' });
    const flushed = bed.lane.flush(60_000);
    await bed.clock.advance(0);
    // What was not tried, need not wait; nor what comes after it for all.
    bed.put('b', { key: 'k' });
    await bed.clock.advance(999);
    expect(bed.ids()).toEqual([['a'], ['a/z'], ['b']]);
    expect(bed.lane.status).toMatchObject({ delivered: 3, dead: 1, waiting: 1, lastFailure: undefined });
    expect(bed.dead).toEqual([
      expect.objectContaining({
        reason: 'rejected',
        error: 'gone',
        attempts: 1,
        notification: expect.objectContaining({ id: 'a/y', key: 'k (y)' }),
      }),
    ]);
    await bed.clock.advance(1);
    expect(await flushed).toBe(true);
    expect(bed.deliveries.at(-1)).toMatchObject({ ids: ['a/x'], attempt: 2 });
    expect(bed.lane.status).toMatchObject({ delivered: 4, waiting: 0, circuit: 'closed' });
  });

  it('takes no more room than there is', async () => {
    const recipients = Array.from({ length: 9 }, (_, i) => ({ recipient: `r${i}`, error: later }));
    const bed = createBed({
      settings: { queue: { maxNotifications: 4 } },
      deliver: (_, __, count) => (count > 1 ? Promise.resolve() : [lacked('a', recipients)]),
    });
    bed.put('a');
    await bed.clock.advance(2_000);
    expect(bed.dead.map(({ reason }) => reason)).toEqual(Array.from({ length: 5 }, () => 'overflow'));
    expect(bed.lane.status).toMatchObject({ delivered: 5, dead: 5, waiting: 0 });
  });

  it('is so too when that is said late', async () => {
    const bed = createBed({
      settings: { timeout: '1s' },
      deliver: (_, __, count) =>
        count > 1
          ? Promise.resolve()
          : new Promise((resolve) => {
              bed.clock.after(1_500, () => resolve([lacked('a', [{ recipient: 'x', error: later }])]));
            }),
    });
    bed.put('a');
    await bed.clock.advance(5_000);
    expect(bed.ids()).toEqual([['a'], ['a/x']]);
    expect(bed.lane.status).toMatchObject({ delivered: 2, waiting: 0 });
  });
});
