import { describe, expect, test, vi } from 'vitest';
import { EventBus } from '../../src/index.ts';
import { selfCounts } from '../../src/self-metrics.ts';
import { useDiagnostics } from '../diagnostics.ts';

interface Events {
  'job.done': number;
  'job.failed': number;
}

const said = useDiagnostics();
const start = () => new EventBus<Events>();

/** A handler that waits until it is told to go on, and what it was given. */
function held() {
  const given: number[] = [];
  const free: (() => void)[] = [];
  return {
    given,
    handler: ({ payload }: { payload: number }) => {
      given.push(payload);
      return new Promise<void>((resolve) => free.push(resolve));
    },
    goOn: () => free.shift()?.(),
  };
}

describe('a subscription through a queue', () => {
  test('hands over one event at a time, in order, and never within emit', async () => {
    const bus = start();
    const { given, handler, goOn } = held();
    const subscription = bus.subscribe('job.*', handler);
    bus.emit('job.done', 1);
    bus.emit('job.failed', 2);
    expect([given, subscription.waiting]).toEqual([[], 2]);
    await vi.waitFor(() => expect(given).toEqual([1]));
    goOn();
    await vi.waitFor(() => expect(given).toEqual([1, 2]));
    expect(subscription.waiting).toBe(0);
    goOn();
    await subscription.close();
  });

  test('sheds the oldest while its handler is busy, and everybody can see how many', async () => {
    const bus = start();
    const { given, handler, goOn } = held();
    const subscription = bus.subscribe('job.done', handler, { capacity: 2 });
    bus.emit('job.done', 1);
    await vi.waitFor(() => expect(given).toEqual([1]));
    for (const n of [2, 3, 4, 5]) bus.emit('job.done', n);
    expect([subscription.shed, subscription.waiting, bus.statistics().shed]).toEqual([2, 2, 2]);
    expect(new Map(selfCounts('instrument.events.shed')).get('job.done')).toBeGreaterThanOrEqual(2);
    const closed = subscription.close();
    for (const expected of [
      [1, 4],
      [1, 4, 5],
    ]) {
      goOn();
      await vi.waitFor(() => expect(given).toEqual(expected));
    }
    goOn();
    await closed;
  });

  test('sheds the newest when asked to', async () => {
    const bus = start();
    const { given, handler, goOn } = held();
    const subscription = bus.subscribe('job.done', handler, { capacity: 1, overflow: 'newest' });
    for (const n of [1, 2, 3]) bus.emit('job.done', n);
    await vi.waitFor(() => expect(given).toEqual([1]));
    expect(subscription.shed).toBe(2);
    goOn();
    await subscription.close();
  });

  test('goes on after a handler that throws or rejects', async () => {
    const bus = start();
    const handled: number[] = [];
    const subscription = bus.subscribe('job.done', ({ payload }) => {
      handled.push(payload);
      if (payload === 1) throw new Error('thrown');
      return payload === 2 ? Promise.reject(new Error('rejected')) : undefined;
    });
    for (const n of [1, 2, 3]) bus.emit('job.done', n);
    await subscription.close();
    expect(handled).toEqual([1, 2, 3]);
    expect(bus.statistics().failed).toBe(2);
    expect(said.errors[0]).toContain('job.done');
  });

  test('leaves turns to others though its handler emits what it hears', async () => {
    const bus = start();
    const subscription = bus.subscribe('job.done', ({ payload }) => bus.emit('job.done', payload + 1));
    bus.emit('job.done', 0);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await subscription.close();
    expect(bus.hears('job.done')).toBe(false);
  });

  test('handles what comes in the very moment in which it has finished', async () => {
    const bus = start();
    const handled: number[] = [];
    const subscription = bus.subscribe('job.done', ({ payload }) => void handled.push(payload));
    for (let n = 0; n < 50; n++) {
      bus.emit('job.done', n);
      // Microtasks before and after its own.
      for (let turn = 0; turn < n; turn++) await Promise.resolve();
      if (n % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await vi.waitFor(() => expect(handled).toHaveLength(50));
    await subscription.close();
  });
});

describe('closing', () => {
  test('waits for what was taken, and takes no more', async () => {
    const bus = start();
    const handled: number[] = [];
    const subscription = bus.subscribe('*', async ({ payload }) => void handled.push(payload));
    bus.emit('job.done', 1);
    const closed = subscription.close();
    bus.emit('job.done', 2);
    await closed;
    expect(handled).toEqual([1]);
  });

  test('by a signal drops what waits', async () => {
    const bus = start();
    const { given, handler, goOn } = held();
    const controller = new AbortController();
    const subscription = bus.subscribe('job.done', handler, { signal: controller.signal });
    bus.emit('job.done', 1);
    await vi.waitFor(() => expect(given).toEqual([1]));
    bus.emit('job.done', 2);
    controller.abort();
    bus.emit('job.done', 3);
    goOn();
    await subscription.close();
    expect(given).toEqual([1]);
  });
});

test.each([0, -1, 1.5, Number.NaN])('a queue for %s events is refused', (capacity) => {
  for (const make of [
    () => start().iterate('job.done', { capacity }),
    () => start().subscribe('job.done', () => {}, { capacity }),
  ]) {
    expect(make).toThrow(expect.objectContaining({ code: 'INSTRUMENT_INVALID_ARGUMENT' }));
  }
});
