import type { BusEvent, EventIteration } from '@org/instrument-core';
import { describe, expect, it, vi } from 'vitest';
import type { HealthWatchMap } from '../src/events.ts';
import type { WatchOptions } from '../src/health.ts';
import { AT_ONCE, createBed, createDial, messageOf } from './bed.ts';
import { pass, useFakeClock } from './fake-clock.ts';

useFakeClock();

type Watch = EventIteration<BusEvent<HealthWatchMap>>;

/** Everything that a watch gives, and whether it has ended. */
function collect(watch: Watch) {
  const collected = { events: [] as BusEvent<HealthWatchMap>[], isOver: false };
  void (async () => {
    for await (const event of watch) collected.events.push(event);
    collected.isOver = true;
  })();
  return collected;
}

/** A bed with a dial of the name `db`. */
function createWatched(options?: WatchOptions) {
  const bed = createBed();
  const dial = createDial();
  bed.health.register('db', dial.check, { ...AT_ONCE, interval: '10s', cacheTtl: '5s' });
  const watch = bed.health.watch(options);
  return { ...bed, dial, watch };
}

describe('watch()', () => {
  it('begins with a report of the whole', async () => {
    const { watch } = createWatched();
    const { events } = collect(watch);
    await pass(0);
    expect(events[0]).toMatchObject({
      name: 'health.report',
      payload: { status: 'healthy', passes: true, components: [{ name: 'db', status: 'healthy' }] },
    });
    await watch.return?.();
  });

  it('gives a report each interval, and what happens in between', async () => {
    const { watch, dial } = createWatched({ interval: '1m' });
    const { events } = collect(watch);
    await pass(1_000);
    const before = events.length;
    await pass(15_000);
    dial.outcome = false;
    await pass(12_000);
    const names = events.slice(before).map(({ name }) => name);
    expect(names).toContain('health.check.completed');
    expect(names).toContain('health.status.changed');
    expect(names).toContain('health.component.degraded');
    expect(names).not.toContain('health.report');
    await pass(33_000);
    const reports = events.filter(({ name }) => name === 'health.report');
    expect(reports).toMatchObject([{ payload: { status: 'healthy' } }, { payload: { status: 'unhealthy' } }]);
    await pass(300_000);
    expect(events.filter(({ name }) => name === 'health.report').length).toBe(7);
    await watch.return?.();
  });

  it('runs checks in the background meanwhile, and no longer', async () => {
    const { watch, dial } = createWatched();
    const watched = collect(watch);
    await pass(60_000);
    expect(dial.runs).toBeGreaterThan(4);
    await watch.return?.();
    await pass(0);
    expect(watched.isOver).toBe(true);
    const { runs } = dial;
    await pass(300_000);
    expect([dial.runs, vi.getTimerCount()]).toEqual([runs, 0]);
  });

  it('ends with a break', async () => {
    const { watch, dial } = createWatched();
    for await (const { name } of watch) {
      expect(name).toMatch(/^health\./);
      break;
    }
    const { runs } = dial;
    await pass(300_000);
    expect([dial.runs, vi.getTimerCount()]).toEqual([runs, 0]);
    expect(await watch.next()).toEqual({ value: undefined, done: true });
  });

  it('ends when its signal is aborted, and so does the background', async () => {
    const controller = new AbortController();
    const { watch, dial } = createWatched({ signal: controller.signal });
    const watched = collect(watch);
    await pass(20_000);
    expect(watched.isOver).toBe(false);
    controller.abort();
    await pass(0);
    expect(watched.isOver).toBe(true);
    const { runs } = dial;
    await pass(300_000);
    expect([dial.runs, vi.getTimerCount()]).toEqual([runs, 0]);
  });

  it('ends at once with a signal that is aborted already', async () => {
    const { watch, dial } = createWatched({ signal: AbortSignal.abort() });
    const watched = collect(watch);
    await pass(300_000);
    expect([watched.isOver, watched.events, dial.runs]).toEqual([true, [], 0]);
  });

  it('ends while a check that it waits for has not ended', async () => {
    const { health } = createBed();
    health.register('hangs', () => new Promise(() => {}));
    const watch = health.watch();
    const watched = collect(watch);
    await watch.return?.();
    await pass(60_000);
    expect([watched.isOver, watched.events]).toEqual([true, []]);
  });

  it('leaves the background on for others', async () => {
    const { watch, dial, health } = createWatched();
    health.start();
    const second = health.watch();
    await watch.return?.();
    await second.return?.();
    await pass(60_000);
    expect(dial.runs).toBeGreaterThan(4);
    health.stop();
  });

  it('goes on when start() is undone', async () => {
    const { watch, dial, health } = createWatched();
    health.start();
    health.stop();
    await pass(60_000);
    expect(dial.runs).toBeGreaterThan(4);
    await watch.return?.();
  });

  it('goes on when a check is taken out while it waits for it', async () => {
    const { health } = createBed();
    health.register('hangs', () => new Promise(() => {}));
    const watch = health.watch({ interval: '1s' });
    const watched = collect(watch);
    await pass(10);
    health.unregister('hangs');
    await pass(10_000);
    expect(watched.events.filter(({ name }) => name === 'health.report').length).toBeGreaterThan(5);
    await watch.return?.();
  });

  it('sheds the oldest for a consumer that is slow, and counts them', async () => {
    const { watch, health, dial } = createWatched({ capacity: 3, interval: '1h' });
    await pass(0);
    const before = watch.shed;
    for (let i = 0; i < 50; i++) {
      dial.outcome = { status: 'healthy', reason: `run ${i}` };
      await health.check({ fresh: true });
    }
    expect(watch.shed - before).toBeGreaterThanOrEqual(47);
    const { events } = collect(watch);
    await pass(0);
    expect(events).toMatchObject([47, 48, 49].map((run) => ({ payload: { reason: `run ${run}` } })));
    await watch.return?.();
  });

  it('gives events of its own health alone', async () => {
    const { watch, events } = createWatched();
    const other = createBed();
    const { events: seen } = collect(watch);
    await pass(0);
    const before = seen.length;
    other.health.register('other', () => false);
    await other.health.check();
    events.emit('health.check.completed', other.payloads('health.check.completed')[0] as never);
    await pass(0);
    expect(seen.length).toBe(before);
    await watch.return?.();
  });

  it.each([[0], [-1], ['soon'], [Number.NaN], [Number.POSITIVE_INFINITY]])(
    'refuses the interval %j',
    (interval) => {
      const { health } = createBed();
      expect(messageOf(() => health.watch({ interval: interval as number }))).toContain('interval: found ');
      health.register('db', () => true);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  it.each([[0], [-1], [1.5], [Number.NaN], ['many']])('refuses the capacity %j', (capacity) => {
    const { health } = createBed();
    expect(messageOf(() => health.watch({ capacity: capacity as number }))).toContain('capacity: found ');
  });
});
