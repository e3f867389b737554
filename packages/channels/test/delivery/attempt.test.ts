import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import { createBed } from './lane-bed.ts';

describe('an attempt that does not end', () => {
  it('is aborted after its time, and counts as failed', async () => {
    const bed = createBed({
      settings: { timeout: '2s' },
      deliver: (_, { signal }, count) =>
        count > 1
          ? Promise.resolve()
          : new Promise((_resolve, reject) => {
              signal.addEventListener('abort', () => reject(signal.reason));
            }),
    });
    bed.put('a');
    await bed.clock.advance(1_999);
    expect(bed.deliveries[0]?.signal.aborted).toBe(false);
    await bed.clock.advance(1);
    expect(bed.deliveries[0]?.signal.reason).toMatchObject({ name: 'TimeoutError' });
    expect(bed.lane.status).toMatchObject({ failures: 1, lastFailure: 'no answer within 2000 ms' });
    await bed.clock.advance(1_000);
    expect(bed.lane.status).toMatchObject({ delivered: 1, failures: 1, waiting: 0 });
  });

  it('is left alone when it ignores its signal, and others go on', async () => {
    const bed = createBed({
      settings: { timeout: 100, retry: { maxAttempts: 2, initialDelay: 10 } },
      deliver: ([first]) => (first?.id === 'a' ? new Promise(() => {}) : Promise.resolve()),
    });
    bed.put('a');
    bed.put('b');
    await bed.clock.advance(1_000);
    expect(bed.ids()).toEqual([['a'], ['b'], ['a']]);
    expect(bed.dead.map(({ reason, notification: { id } }) => [id, reason])).toEqual([['a', 'attempts']]);
  });

  it('and yet succeeds, has delivered it: it is not delivered again', async () => {
    let succeed: () => void = () => {};
    const bed = createBed({
      settings: { timeout: 100, retry: { initialDelay: '10s' } },
      deliver: (_, __, count) =>
        count > 1
          ? Promise.resolve()
          : new Promise<void>((resolve) => {
              succeed = resolve;
            }),
    });
    bed.put('a', { key: 'k' });
    bed.put('b', { key: 'k' });
    await bed.clock.advance(1_000);
    expect(bed.lane.status).toMatchObject({ waiting: 2, delivered: 0 });
    succeed();
    await bed.clock.advance(0);
    expect(bed.lane.status).toMatchObject({ waiting: 1, delivered: 1 });
    await bed.clock.advance(10_000);
    expect(bed.ids()).toEqual([['a'], ['b']]);
  });

  it('and succeeds during the next attempt counts once, whatever that one brings', async () => {
    const resolvers: (() => void)[] = [];
    const bed = createBed({
      settings: { timeout: 100, retry: { initialDelay: 10, maxAttempts: 2 } },
      deliver: (_, __, count) =>
        count === 1
          ? new Promise<void>((resolve) => void resolvers.push(resolve))
          : new Promise((_resolve, reject) => void resolvers.push(() => reject(new Error('refused')))),
    });
    bed.put('a');
    await bed.clock.advance(115);
    expect(bed.deliveries).toHaveLength(2);
    resolvers[0]?.();
    await bed.clock.advance(0);
    resolvers[1]?.();
    await bed.clock.advance(60_000);
    expect(bed.lane.status).toMatchObject({ delivered: 1, dead: 0, waiting: 0 });
    expect(bed.deliveries).toHaveLength(2);
  });

  it('and fails in the end, was counted already', async () => {
    let fail: (error: Error) => void = () => {};
    const bed = createBed({
      settings: { timeout: 100, retry: { initialDelay: '10s' } },
      deliver: (_, __, count) =>
        count > 1
          ? Promise.resolve()
          : new Promise((_resolve, reject) => {
              fail = reject;
            }),
    });
    bed.put('a');
    await bed.clock.advance(1_000);
    fail(new Error('late'));
    await bed.clock.advance(20_000);
    expect(bed.lane.status).toMatchObject({ failures: 1, delivered: 1, waiting: 0 });
  });
});

describe('a delivery', () => {
  it('has no part in the request that the event came from', async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const bed = createBed({ deliver: () => void seen.push(storage.getStore()) });
    storage.run('a request', () => bed.put('a'));
    await bed.clock.advance(0);
    expect(seen).toEqual([undefined]);
  });

  it('gets a notification of its own, each time', async () => {
    const seen: unknown[] = [];
    const bed = createBed({
      settings: { retry: { initialDelay: 1 } },
      deliver: ([first], _, count) => {
        seen.push(structuredClone(first));
        (first as { title: string }).title = 'spoilt';
        (first as { payload: Record<string, unknown> }).payload.id = 'spoilt';
        return count === 1 ? Promise.reject(new Error('refused')) : Promise.resolve();
      },
    });
    bed.put('a');
    await bed.clock.advance(10);
    expect(seen).toHaveLength(2);
    expect(seen[1]).toEqual(seen[0]);
  });

  it('that is under way is all that keeps the process alive', async () => {
    const bed = createBed({ deliver: () => Promise.reject(new Error('down')) });
    bed.put('a');
    expect(bed.clock.keepingAlive).toBe(1);
    await bed.clock.advance(0);
    expect(bed.clock.pending).toBe(1);
    expect(bed.clock.keepingAlive).toBe(0);
  });
});
