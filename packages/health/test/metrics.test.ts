import { EventBus, MeterProvider, meterProvider } from '@org/instrument-core';
import { describe, expect, it } from 'vitest';
import { keptBy } from '../../core/test/kept-memory.ts';
import { metricValues } from '../../core/test/metric-values.ts';
import { createHealth, health as ofProcess } from '../src/create-health.ts';
import type { Health } from '../src/health.ts';
import { AT_ONCE, createBed, createDial } from './bed.ts';
import { pass, useFakeClock } from './fake-clock.ts';

useFakeClock();

describe('metrics', () => {
  it('tell the status of each component, and of the whole', async () => {
    const { health, metric } = createBed();
    health.register('a', () => true);
    health.register('b', () => 'degraded', { kind: 'system' });
    health.register('c', () => false, { kind: 'business' });
    health.register('d', () => true, { critical: false });
    health.register('e', () => true, { dependsOn: ['c'] });
    await health.check({ exclude: ['d'] });
    expect(metric('health.status')).toEqual({
      'check=a,kind=component': 1,
      'check=b,kind=system': 0.5,
      'check=c,kind=business': 0,
      'check=d,kind=component': -1,
      'check=e,kind=component': 0.5,
    });
    expect(metric('health.system.status')).toEqual({ '': 0.5 });
  });

  it('tell nothing of a check that is taken out', async () => {
    const { health, meterProvider } = createBed();
    const collector = meterProvider.addCollector({});
    const checks = async () => {
      const { scopes } = await collector.collect();
      const metrics = scopes.flatMap((scope) => scope.metrics);
      const status = metrics.find(({ descriptor }) => descriptor.name === 'health.status');
      return status?.points().map(({ attributes }) => attributes.check);
    };
    health.register('a', () => true);
    health.register('b', () => true);
    await health.check();
    expect(await checks()).toEqual(['a', 'b']);
    health.unregister('a');
    expect(await checks()).toEqual(['b']);
  });

  it('and reports say the same of the whole when nothing is left', async () => {
    const { health, metric } = createBed();
    health.register('db', () => false);
    await health.check();
    expect(metric('health.system.status')).toEqual({ '': 0 });
    health.unregister('db');
    expect([health.report().status, metric('health.system.status')]).toEqual(['healthy', { '': 1 }]);
  });

  it('tell durations in seconds, per check', async () => {
    const { health, meterProvider, metric } = createBed();
    health.register('slow', () => new Promise<void>((resolve) => setTimeout(resolve, 250)));
    for (let i = 0; i < 3; i++) {
      void health.check({ fresh: true });
      await pass(250);
    }
    expect(metric('health.check.duration')).toEqual({ 'check=slow': 3 });
    const series = meterProvider.snapshot().find(({ name }) => name === 'health.check.duration');
    expect(series).toMatchObject({ unit: 's', kind: 'histogram', sum: expect.closeTo(0.75), max: 0.25 });
  });

  it('count failures by reason', async () => {
    const { health, metric } = createBed();
    const failing: Record<string, () => unknown> = {
      throws: () => {
        throw new Error('refused');
      },
      hangs: () => new Promise(() => {}),
      'says so': () => false,
      rubbish: () => 5,
      degraded: () => 'degraded',
      fine: () => true,
    };
    for (const [name, check] of Object.entries(failing))
      health.register(name, check as () => boolean, { timeout: 100 });
    for (let i = 0; i < 2; i++) {
      void health.check({ fresh: true });
      await pass(150);
    }
    expect(metric('health.check.failures')).toEqual({
      'check=throws,reason=error': 2,
      'check=hangs,reason=timeout': 2,
      'check=says so,reason=unhealthy': 2,
      'check=rubbish,reason=invalid': 2,
    });
  });

  it('count changes of status, of dependants too, whether anybody listens or not', async () => {
    const meterProvider = new MeterProvider({});
    const health = createHealth({ meterProvider, events: new EventBus() });
    const dial = createDial();
    health.register('db', dial.check, AT_ONCE);
    health.register('api', () => true, { ...AT_ONCE, dependsOn: ['db'] });
    for (const outcome of [true, false, true, false]) {
      dial.outcome = outcome;
      await health.check({ fresh: true });
    }
    const counts = meterProvider
      .snapshot()
      .filter(({ name }) => name === 'health.status.transitions')
      .map(({ attributes: { check, from, to }, value }) => `${check}: ${from} → ${to}: ${value}`);
    expect(counts.sort()).toEqual([
      'api: degraded → healthy: 1',
      'api: healthy → degraded: 2',
      'api: unknown → healthy: 1',
      'db: healthy → unhealthy: 2',
      'db: unhealthy → healthy: 1',
      'db: unknown → healthy: 1',
    ]);
  });

  it('count changes in the background though nobody asks for anything', async () => {
    const { health, metric } = createBed();
    const dial = createDial();
    health.register('db', dial.check, { ...AT_ONCE, interval: '1s' });
    health.start();
    await pass(5_000);
    dial.outcome = false;
    await pass(5_000);
    dial.outcome = true;
    await pass(5_000);
    health.stop();
    expect(metric('health.status.transitions')).toEqual({
      'check=db,from=unknown,to=healthy': 1,
      'check=db,from=healthy,to=unhealthy': 1,
      'check=db,from=unhealthy,to=healthy': 1,
    });
  });

  it('tell the status that is, when they are read before any report', async () => {
    const { health, metric } = createBed();
    health.register('db', () => false);
    expect([metric('health.status'), metric('health.system.status')]).toEqual([
      { 'check=db,kind=component': -1 },
      { '': -1 },
    ]);
  });

  it('are not made while nothing is registered', () => {
    const { meterProvider } = createBed();
    expect(meterProvider.snapshot().filter(({ name }) => name.startsWith('health.'))).toEqual([]);
  });

  it('tell nothing of a health that is stopped, until it is started or another check is registered', async () => {
    const { health, metric } = createBed();
    const seen = () => [metric('health.status'), metric('health.system.status')];
    health.register('a', () => true);
    await health.check();
    const before = [{ 'check=a,kind=component': 1 }, { '': 1 }];
    expect(seen()).toEqual(before);
    health.stop();
    expect(seen()).toEqual([{}, {}]);
    health.start();
    expect(seen()).toEqual(before);
    health.stop();
    health.register('b', () => true);
    await health.check();
    expect(seen()).toEqual([{ ...before[0], 'check=b,kind=component': 1 }, { '': 1 }]);
  });

  it('go on while a stopped health is watched', async () => {
    const { health, metric } = createBed();
    health.register('a', () => true);
    const watch = health.watch();
    health.stop();
    await pass(0);
    expect(metric('health.status')).toEqual({ 'check=a,kind=component': 1 });
    await watch.return?.();
    expect(metric('health.status')).toEqual({});
  });

  it('tell of the system what the health of the process says, whatever others there are', async () => {
    const system = () => metricValues(meterProvider, 'health.system.status');
    const own = createHealth();
    own.register('tenant', () => false);
    await own.check();
    expect(system()).toEqual({});
    const unregister = ofProcess.register('db', () => true);
    await ofProcess.check();
    expect(system()).toEqual({ '': 1 });
    expect(metricValues(meterProvider, 'health.status')).toEqual({
      'check=tenant,kind=component': 0,
      'check=db,kind=component': 1,
    });
    own.stop();
    unregister();
    ofProcess.stop();
  });

  it.each([
    ['stopped', (health: Health) => health.stop()],
    ['emptied', (health: Health) => health.unregister('a')],
  ])('keep nothing of a health that is %s', async (_, end) => {
    const make = async (): Promise<void> => {
      for (let i = 0; i < 200; i++) {
        const health = createHealth();
        health.register('a', () => true);
        await health.check();
        end(health);
      }
    };
    await make();
    expect(await keptBy(make)).toBeLessThan(200 * 2_000);
  });

  it('outlast a listener that registers a check while they are read', async () => {
    const { health, events, metric } = createBed();
    health.register('db', async () => false);
    events.once('health.component.degraded', () => void health.register('extra', () => true));
    void health.check();
    // The result is in and its consequences are not: what reads them first tells them.
    let statuses: Record<string, number> = {};
    events.once('health.check.completed', () => {
      queueMicrotask(() => {
        statuses = metric('health.status');
      });
    });
    await pass(0);
    expect(statuses).toMatchObject({ 'check=db,kind=component': 0 });
    expect(metric('health.status')).toEqual({
      'check=db,kind=component': 0,
      'check=extra,kind=component': -1,
    });
  });
});
