import { describe, expect, test } from 'vitest';
import { EventBus } from '../../src/index.ts';

interface Events {
  'job.done': number;
  'job.failed': number;
}

const start = () => new EventBus<Events>();

describe('an iteration over events', () => {
  test('gives name and payload of those emitted from now on', async () => {
    const bus = start();
    bus.emit('job.done', 0);
    const iteration = bus.iterate('job.*');
    bus.emit('job.done', 1);
    bus.emit('job.failed', 2);
    expect([(await iteration.next()).value, (await iteration.next()).value]).toEqual([
      { name: 'job.done', payload: 1 },
      { name: 'job.failed', payload: 2 },
    ]);
  });

  test('waits for events, several at once in order', async () => {
    const bus = start();
    const iteration = bus.iterate('job.done');
    const [first, second] = [iteration.next(), iteration.next()];
    bus.emit('job.done', 1);
    bus.emit('job.done', 2);
    expect([(await first).value?.payload, (await second).value?.payload]).toEqual([1, 2]);
  });

  test('that is not read sheds the oldest events, and tells how many', async () => {
    const bus = start();
    const iteration = bus.iterate('job.done', { capacity: 2 });
    for (const n of [1, 2, 3, 4, 5]) bus.emit('job.done', n);
    expect([iteration.shed, bus.statistics().shed]).toEqual([3, 3]);
    expect([(await iteration.next()).value?.payload, (await iteration.next()).value?.payload]).toEqual([
      4, 5,
    ]);
  });

  test('holds 1,000 events unless said otherwise', () => {
    const bus = start();
    const iteration = bus.iterate('job.done');
    for (let n = 0; n < 1_001; n++) bus.emit('job.done', n);
    expect(iteration.shed).toBe(1);
  });

  test('that is left by break unsubscribes', async () => {
    const bus = start();
    const iteration = bus.iterate('job.done');
    bus.emit('job.done', 1);
    for await (const { payload } of iteration) {
      expect(payload).toBe(1);
      break;
    }
    expect(bus.hears('job.done')).toBe(false);
    expect(await iteration.next()).toEqual({ value: undefined, done: true });
  });
});

describe('an abort', () => {
  test('ends those who wait, and unsubscribes', async () => {
    const bus = start();
    const { signal, abort } = controller();
    const waiting = bus.iterate('job.done', { signal }).next();
    abort();
    expect(await waiting).toEqual({ value: undefined, done: true });
    expect(bus.hears('job.done')).toBe(false);
  });

  test('lets what is queued be read', async () => {
    const bus = start();
    const { signal, abort } = controller();
    const iteration = bus.iterate('job.done', { signal });
    bus.emit('job.done', 1);
    abort();
    bus.emit('job.done', 2);
    const read: number[] = [];
    for await (const { payload } of iteration) read.push(payload);
    expect(read).toEqual([1]);
  });

  test('from before leaves an iteration that is over', async () => {
    const bus = start();
    const iteration = bus.iterate('job.done', { signal: AbortSignal.abort() });
    bus.emit('job.done', 1);
    expect((await iteration.next()).done).toBe(true);
  });
});

function controller() {
  const made = new AbortController();
  return { signal: made.signal, abort: () => made.abort() };
}
