import { InstrumentError } from '@org/instrument-core';
import { describe, expect, it } from 'vitest';
import type { CheckDefinition } from '../../src/health.ts';
import { createBed, createDial, messageOf } from '../bed.ts';

const check = (): void => {};

describe('a name', () => {
  it('is taken once, and the error tells which are taken', () => {
    const { health } = createBed();
    health.register('db', check);
    health.register('cache', check);
    expect(messageOf(() => health.register('db', check))).toContain(
      'name: found "db", expected a name that is not taken; taken are db, cache. Choose another name, or unregister()',
    );
  });

  it.each(['liveness', 'readiness', 'startup'])('cannot be that of the probe %s', (name) => {
    const { health } = createBed();
    expect(messageOf(() => health.register(name, check))).toContain(
      `name: found "${name}", expected a name that no probe or group has`,
    );
  });

  it('cannot be that of a group, whichever came first', () => {
    const { health } = createBed();
    health.register('db', check, { probes: ['storage'] });
    expect(messageOf(() => health.register('storage', check))).toContain('found "storage"');
    expect(messageOf(() => health.register('cache', check, { probes: ['db'] }))).toContain('found "db"');
    expect(messageOf(() => health.register('disk', check, { probes: ['disk'] }))).toContain('found "disk"');
    expect([health.names(), health.probes()]).toEqual([
      ['db'],
      ['liveness', 'readiness', 'startup', 'storage'],
    ]);
  });

  it('is free again once its check is gone', () => {
    const { health } = createBed();
    health.register('db', check, { probes: ['storage'] });
    expect([health.unregister('db'), health.unregister('db')]).toEqual([true, false]);
    health.register('storage', check);
    expect(health.probes()).toEqual(['liveness', 'readiness', 'startup']);
  });
});

describe('what register returns', () => {
  it('takes the check out, once, and leaves one that was registered anew alone', () => {
    const { health } = createBed();
    const takeOut = health.register('db', check);
    takeOut();
    expect(health.names()).toEqual([]);
    health.register('db', check);
    takeOut();
    expect(health.names()).toEqual(['db']);
  });

  it('of several takes all of them out', () => {
    const { health } = createBed();
    const takeOut = health.registerAll([
      { name: 'a', check },
      { name: 'b', check, dependsOn: ['a'] },
    ]);
    health.register('c', check);
    takeOut();
    expect(health.names()).toEqual(['c']);
  });
});

describe('registerAll', () => {
  it('takes all or none', () => {
    const { health } = createBed();
    const list = [
      { name: 'a', check },
      { name: 'b', check, timeout: -1 },
      { name: 'c', check, dependsOn: ['d'] },
    ];
    expect(() => health.registerAll(list)).toThrow(InstrumentError);
    expect(health.names()).toEqual([]);
    health.registerAll(list.slice(0, 1));
    expect(health.names()).toEqual(['a']);
  });

  it('tells the problems of all, with their places', () => {
    const { health } = createBed();
    const message = messageOf(() =>
      health.registerAll([
        { name: 'a', check, timeout: -1 },
        { name: 'a', check: 5 as never },
        { name: 'b/c', check, kind: 'x' as never },
        null as never,
      ]),
    );
    for (const path of [
      '[0].timeout',
      '[1].name',
      '[1].check',
      '[2].name',
      '[2].kind',
      '[3].name',
      '[3].check',
    ]) {
      expect(message).toContain(`\n  - checks${path}: found `);
    }
  });

  it('does not call two names that are missing the same name', () => {
    const { health } = createBed();
    const nameless = { check } as unknown as CheckDefinition;
    expect(messageOf(() => health.registerAll([nameless, nameless]))).not.toContain('not taken');
  });

  it.each([[null], ['db'], [{}], [{ name: 'a', check }]])('refuses %j, which is no list', (list) => {
    const { health } = createBed();
    expect(messageOf(() => health.registerAll(list as never))).toContain('checks: found ');
  });

  it('takes an empty list', () => {
    const { health } = createBed();
    health.registerAll([])();
    expect(health.names()).toEqual([]);
  });

  it('does not depend on the options object afterwards', async () => {
    const { health, component } = createBed();
    const dial = createDial();
    const definition = { name: 'a', check: dial.check, dependsOn: [] as string[], probes: ['readiness'] };
    health.registerAll([definition]);
    definition.dependsOn.push('b');
    definition.probes.push('liveness');
    definition.name = 'c';
    await health.check();
    expect(component('a')).toMatchObject({ dependsOn: [], probes: ['readiness'] });
  });
});
