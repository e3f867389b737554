import { events as processEvents } from '@org/instrument-core';
import { describe, expect, it } from 'vitest';
import { createHealth } from '../src/create-health.ts';
import { AT_ONCE, createBed, createDial } from './bed.ts';
import { useDiagnostics } from './diagnostics.ts';
import { pass, useFakeClock } from './fake-clock.ts';

useFakeClock();
const said = useDiagnostics();

describe('on the bus', () => {
  it('each run is told, with what came of it', async () => {
    const { health, payloads } = createBed();
    const check = () => new Promise<never>((_, reject) => setTimeout(() => reject(new Error('refused')), 30));
    health.register('orders', check, { kind: 'business' });
    health.register('disk', () => ({ status: 'degraded', reason: '91 % full' }), { kind: 'system' });
    void health.check();
    await pass(30);
    const common = { timestampMillis: Date.now(), traceId: undefined, spanId: undefined };
    expect(payloads('health.check.completed')).toEqual([
      {
        ...common,
        timestampMillis: Date.now() - 30,
        check: 'disk',
        kind: 'system',
        result: 'degraded',
        failure: undefined,
        reason: '91 % full',
        durationMillis: 0,
      },
      {
        ...common,
        check: 'orders',
        kind: 'business',
        result: 'unhealthy',
        failure: 'error',
        reason: 'refused',
        durationMillis: 30,
      },
    ]);
  });

  it('changes are told once, when the thresholds are reached, with the reason and the root causes', async () => {
    const { health, payloads } = createBed();
    const dial = createDial();
    health.register('db', dial.check);
    health.register('api', () => true, { dependsOn: ['db'] });
    const run = async (outcome: boolean, times: number) => {
      dial.outcome = outcome;
      for (let i = 0; i < times; i++) await health.check({ check: 'db', fresh: true });
    };
    const told = () =>
      payloads('health.status.changed').map(({ check, from, to }) => [check, `${from} → ${to}`]);
    await health.check();
    await pass(0);
    expect(told()).toEqual([
      ['db', 'unknown → healthy'],
      ['api', 'unknown → healthy'],
      [undefined, 'unknown → healthy'],
    ]);
    await run(false, 2);
    expect(told().length).toBe(3);
    await run(false, 5);
    expect(told().slice(3)).toEqual([
      ['db', 'healthy → unhealthy'],
      ['api', 'healthy → degraded'],
      [undefined, 'healthy → unhealthy'],
    ]);
    expect(payloads('health.status.changed').slice(3)).toMatchObject([
      { reason: 'the check returned false', rootCauses: ['db'] },
      { reason: 'affected by db', rootCauses: ['db'] },
      { reason: 'because of db', rootCauses: ['db'] },
    ]);
    await run(true, 2);
    expect(told().slice(6)).toEqual([
      ['db', 'unhealthy → healthy'],
      ['api', 'degraded → healthy'],
      [undefined, 'unhealthy → healthy'],
    ]);
  });

  it('what gets worse is told as degraded, and what gets better is not', async () => {
    const { health, payloads } = createBed();
    const dial = createDial();
    health.register('db', dial.check, { ...AT_ONCE, kind: 'system', critical: false });
    for (const outcome of ['healthy', 'degraded', 'unhealthy', 'degraded', 'healthy'] as const) {
      dial.outcome = outcome;
      await health.check({ fresh: true });
    }
    expect(payloads('health.component.degraded')).toMatchObject([
      { check: 'db', kind: 'system', critical: false, from: 'healthy', to: 'degraded' },
      { check: 'db', from: 'degraded', to: 'unhealthy', rootCauses: ['db'] },
    ]);
  });

  it('a component that is bad from the beginning is told as degraded', async () => {
    const { health, payloads } = createBed();
    health.register('db', () => 'degraded');
    await health.check();
    expect(payloads('health.component.degraded')).toMatchObject([
      { check: 'db', from: 'unknown', to: 'degraded' },
    ]);
  });

  it('changes are told though nobody ever asks for a report', async () => {
    const { health, payloads, component } = createBed();
    health.register('db', () => false);
    health.start();
    await pass(1_100);
    health.stop();
    expect(payloads('health.check.completed').length).toBe(1);
    expect(payloads('health.component.degraded')).toMatchObject([{ check: 'db', to: 'unhealthy' }]);
    expect(payloads('health.status.changed').length).toBe(2);
    expect(component('db').status).toBe('unhealthy');
  });

  it('results that come in at the same time are one change of the whole', async () => {
    const { health, payloads } = createBed();
    for (let i = 0; i < 10; i++) health.register(`check ${i}`, async () => i < 5);
    await health.check();
    await pass(0);
    expect(payloads('health.status.changed').filter(({ check }) => check === undefined)).toMatchObject([
      {
        from: 'unknown',
        to: 'unhealthy',
        rootCauses: ['check 5', 'check 6', 'check 7', 'check 8', 'check 9'],
      },
    ]);
  });

  it('a check that is registered later changes nothing until it has a result', async () => {
    const { health, payloads } = createBed();
    const changes = () =>
      payloads('health.status.changed').map(({ check, from, to }) => [check, `${from} → ${to}`]);
    health.register('db', () => true);
    await health.check();
    await pass(0);
    health.register('cache', () => true);
    await pass(0);
    expect(health.report().status).toBe('unknown');
    await health.check();
    await pass(0);
    expect(changes()).toEqual([
      ['db', 'unknown → healthy'],
      [undefined, 'unknown → healthy'],
      ['cache', 'unknown → healthy'],
    ]);
    health.register('disk', () => 'degraded');
    await pass(0);
    await health.check();
    await pass(0);
    expect(changes().slice(3)).toEqual([
      ['disk', 'unknown → degraded'],
      [undefined, 'healthy → degraded'],
    ]);
  });

  it('a system that was unhealthy is told as better once all that is left is known to be', async () => {
    const { health, payloads } = createBed();
    health.register('db', () => false, AT_ONCE);
    await health.check();
    await pass(0);
    health.register('cache', () => true);
    health.unregister('db');
    await pass(0);
    const changes = () => payloads('health.status.changed').filter(({ check }) => check === undefined);
    expect(changes().map(({ to }) => to)).toEqual(['unhealthy']);
    await health.check();
    await pass(0);
    expect(changes().slice(1)).toMatchObject([{ from: 'unhealthy', to: 'healthy' }]);
  });

  it('a check that is registered anew begins as unknown', async () => {
    const { health, payloads } = createBed();
    health.register('db', () => false);
    await health.check();
    health.unregister('db');
    health.report();
    health.register('db', () => true);
    await health.check();
    expect(payloads('health.status.changed').filter(({ check }) => check === 'db')).toMatchObject([
      { from: 'unknown', to: 'unhealthy' },
      { from: 'unhealthy', to: 'unknown' },
      { from: 'unknown', to: 'healthy' },
    ]);
  });

  it('a check that is taken out while it is not healthy is told, and the system as it is without it', async () => {
    const { health, payloads } = createBed();
    for (const name of ['db', 'cache']) health.register(name, () => false, AT_ONCE);
    health.register('disk', () => true);
    await health.check();
    const before = payloads('health.status.changed').length;
    const changes = () =>
      payloads('health.status.changed')
        .slice(before)
        .map(({ check, from, to, reason, removed }) => ({ check, from, to, reason, removed }));
    health.unregister('disk');
    health.unregister('db');
    await pass(0);
    const gone = { from: 'unhealthy', to: 'unknown', reason: 'it is no longer checked', removed: true };
    expect(changes()).toEqual([{ check: 'db', ...gone }]);
    health.unregister('cache');
    await pass(0);
    expect(changes().slice(1)).toEqual([
      { check: 'cache', ...gone },
      { check: undefined, from: 'unhealthy', to: 'healthy', reason: undefined, removed: undefined },
    ]);
  });

  it('a check that is replaced in one go is not taken out', async () => {
    const { health, payloads } = createBed();
    const takeOut = health.register('db', () => false, AT_ONCE);
    await health.check();
    takeOut();
    health.register('db', () => false, AT_ONCE);
    await health.check();
    expect(payloads('health.status.changed').filter(({ removed }) => removed)).toEqual([]);
  });

  it('checks that an instance takes out as it shuts down end nothing', async () => {
    const { health, payloads } = createBed();
    health.register('db', () => false, AT_ONCE);
    await health.check();
    const before = payloads('health.status.changed').length;
    health.drain();
    health.unregister('db');
    await pass(0);
    expect(payloads('health.status.changed').length).toBe(before);
  });
});

describe('a listener', () => {
  it('that throws or rejects hurts nobody, and is told', async () => {
    const { health, events, heard } = createBed();
    events.on('health.check.completed', () => {
      throw new Error('mine');
    });
    events.on('health.status.changed', async () => {
      throw new Error('mine too');
    });
    const after: string[] = [];
    events.on('health.*', (_, name) => void after.push(name));
    health.register('db', () => false);
    expect((await health.check()).status).toBe('unhealthy');
    await pass(0);
    expect(after).toEqual(heard.map(({ name }) => name));
    expect(after.length).toBe(4);
    expect(said.errors[0]).toContain('health.check.completed');
  });

  it('that asks for a report is told what follows from the result that it heard of', async () => {
    const { health, events } = createBed();
    const seen: unknown[] = [];
    events.on('health.check.completed', () => {
      const { status, rootCauses, components } = health.report();
      seen.push([status, rootCauses, components[0]?.status]);
    });
    const dial = createDial();
    health.register('db', dial.check, AT_ONCE);
    await health.check();
    dial.outcome = false;
    await health.check({ fresh: true });
    expect(seen).toEqual([
      ['healthy', [], 'healthy'],
      ['unhealthy', ['db'], 'unhealthy'],
    ]);
  });

  it('may ask for a report, run checks, register and take out checks', async () => {
    const { health, events } = createBed();
    const reports: string[] = [];
    events.on('health.component.degraded', ({ check }) => {
      reports.push(health.report().status);
      void health.check();
      if (health.names().includes('extra')) health.unregister('extra');
      else health.register('extra', () => false, { dependsOn: [check] });
    });
    health.register('db', () => false);
    health.register('cache', () => false);
    expect((await health.check()).status).toBe('unhealthy');
    await pass(1_000);
    expect(reports.length).toBeGreaterThanOrEqual(2);
    expect(new Set(reports)).toEqual(new Set(['unhealthy']));
    expect(health.report().status).toBe('unhealthy');
  });
});

it('without a bus of its own, events go on that of the process', async () => {
  const heard: string[] = [];
  const off = processEvents.on('health.check.completed', ({ check }) => void heard.push(check));
  const health = createHealth();
  const takeOut = health.register('events.test', () => true);
  await health.check();
  takeOut();
  off();
  expect(heard).toEqual(['events.test']);
});
