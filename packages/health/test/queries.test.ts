import { InstrumentError } from '@org/instrument-core';
import { describe, expect, it } from 'vitest';
import type { HealthQuery } from '../src/health.ts';
import { createBed, createDial, messageOf } from './bed.ts';

/** Some checks of some probes. */
function createQueried() {
  const bed = createBed();
  const dials = { db: createDial(false), cache: createDial('degraded'), disk: createDial() };
  bed.health.register('db', dials.db.check);
  bed.health.register('cache', dials.cache.check, { probes: ['readiness', 'storage'] });
  bed.health.register('disk', dials.disk.check, { probes: ['liveness', 'storage'] });
  const runs = () => [dials.db.runs, dials.cache.runs, dials.disk.runs];
  return { ...bed, runs };
}

describe('a query', () => {
  it.each<[HealthQuery, string[], string, boolean]>([
    [{}, ['db', 'cache', 'disk'], 'unhealthy', false],
    [{ probe: 'readiness' }, ['db', 'cache'], 'unhealthy', false],
    [{ probe: 'liveness' }, ['disk'], 'healthy', true],
    [{ probe: 'startup' }, [], 'healthy', true],
    [{ probe: 'storage' }, ['cache', 'disk'], 'degraded', true],
    [{ check: 'cache' }, ['cache'], 'degraded', true],
    [{ probe: 'storage', check: 'disk' }, ['disk'], 'healthy', true],
    [{ exclude: ['db'] }, ['cache', 'disk'], 'degraded', true],
    [{ probe: 'readiness', exclude: ['db', 'disk'] }, ['cache'], 'degraded', true],
    [{ exclude: [] }, ['db', 'cache', 'disk'], 'unhealthy', false],
  ])('for %j is about these checks, and what they say', async (query, names, status, passes) => {
    const { health } = createQueried();
    for (const report of [await health.check(query), health.report(query)]) {
      expect(report.components.map(({ name }) => name)).toEqual(names);
      expect(report).toMatchObject({ status, passes });
    }
  });

  it('runs nothing else', async () => {
    const { health, runs } = createQueried();
    await health.check({ probe: 'liveness' });
    expect(runs()).toEqual([0, 0, 1]);
    await health.check({ exclude: ['db'] });
    expect(runs()).toEqual([0, 1, 1]);
    await health.check({ check: 'db' });
    expect(runs()).toEqual([1, 1, 1]);
  });

  it('runs what its checks depend on, however far down, for that decides about them', async () => {
    const { health } = createBed();
    const [bottom, middle] = [createDial(false), createDial()];
    health.register('bottom', bottom.check, { probes: ['storage'] });
    health.register('middle', middle.check, { probes: ['storage'], dependsOn: ['bottom'] });
    health.register('top', () => true, { dependsOn: ['middle'] });
    const report = await health.check({ probe: 'readiness' });
    expect([bottom.runs, middle.runs]).toEqual([1, 1]);
    expect(report).toMatchObject({ status: 'degraded', rootCauses: ['bottom'] });
    expect(report.components.map(({ name, status }) => [name, status])).toEqual([['top', 'degraded']]);
  });

  it.each<[object, string[]]>([
    [
      { probe: 'readyness' },
      [
        'probe: found "readyness", expected a probe or group that a check names: liveness, readiness, startup, storage.',
        'Did you mean readiness?',
      ],
    ],
    [
      { check: 'bd' },
      ['check: found "bd", expected a registered check: db, cache, disk.', 'Did you mean db?'],
    ],
    [{ check: 'db', probe: 'liveness' }, ['check: found "db", expected a check of liveness: disk.']],
    [{ check: 'x', probe: 'startup' }, ['check: found "x", expected a check of startup; there is none.']],
    [
      { exclude: ['chache'] },
      ['exclude: found "chache", expected a registered check: db, cache, disk.', 'Did you mean cache?'],
    ],
    [{ probe: 'a', exclude: ['b', 'c'] }, ['found "a"', 'found "b"', 'found "c"']],
    [{ probe: 5 }, ['probe: found 5']],
    [{ exclude: [null] }, ['exclude: found null']],
    [{ check: 'constructor' }, ['check: found "constructor"']],
  ])('for what is not known, %j, is refused with what is', async (query, parts) => {
    const { health, runs } = createQueried();
    const message = messageOf(() => health.report(query));
    for (const part of parts) expect(message).toContain(part);
    const refused = await health.check(query).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(InstrumentError);
    expect((refused as InstrumentError).code).toBe('INSTRUMENT_INVALID_ARGUMENT');
    expect(runs()).toEqual([0, 0, 0]);
  });

  it('with a key that is not known is refused, with the one that was meant', () => {
    const { health } = createQueried();
    expect(messageOf(() => health.report({ chck: 'db' } as never))).toContain('Did you mean check?');
    expect(messageOf(() => health.configure({ gaurd: () => true } as never))).toContain(
      'Did you mean guard?',
    );
    expect(messageOf(() => createBed({ gaurd: () => true } as never))).toContain('Did you mean guard?');
  });

  it('that excludes a text instead of a list excludes that one, or is refused', () => {
    const { health } = createQueried();
    const query = { exclude: 'db' } as unknown as HealthQuery;
    let names: string[] = [];
    try {
      names = health.report(query).components.map(({ name }) => name);
    } catch (error) {
      expect(error).toBeInstanceOf(InstrumentError);
    }
    expect(names).not.toContain('db');
  });
});

it('probes() are the three of Kubernetes and those that checks name, while they do', () => {
  const { health } = createQueried();
  expect(health.probes()).toEqual(['liveness', 'readiness', 'startup', 'storage']);
  health.unregister('cache');
  expect(health.probes()).toContain('storage');
  health.unregister('disk');
  expect(health.probes()).not.toContain('storage');
  expect(() => health.report({ probe: 'storage' })).toThrow('found "storage"');
});
