import { InstrumentError } from '@org/instrument-core';
import { describe, expect, it } from 'vitest';
import type { CheckOptions } from '../../src/check.ts';
import { createBed, messageOf } from '../bed.ts';

const ok = (): void => {};

/** What registering says; the options are as wrong as JavaScript lets them be. */
function complaint(options: unknown, name: unknown = 'db', check: unknown = ok): string {
  const { health } = createBed();
  const message = messageOf(() => health.register(name as string, check as never, options as CheckOptions));
  expect(health.names()).toEqual([]);
  return message;
}

describe('a wrong option is refused with its path, what was found and what was expected:', () => {
  it.each<[object, string]>([
    [{ kind: 'disk' }, 'kind: found "disk", expected one of component, system, business.'],
    [{ critical: 'yes' }, 'critical: found "yes", expected true or false.'],
    [{ shared: 1 }, 'shared: found 1, expected true or false.'],
    [{ dependsOn: 'db' }, 'dependsOn: found "db", expected a list of names of checks.'],
    [{ dependsOn: [1] }, 'dependsOn: found [1], expected a list of names of checks.'],
    [{ dependsOn: null }, 'dependsOn: found null, expected a list of names of checks.'],
    [
      { probes: 'readiness' },
      'probes: found "readiness", expected a list of liveness, readiness, startup or',
    ],
    [{ probes: [] }, 'probes: found [], expected a list of liveness'],
    [{ probes: ['a/b'] }, 'probes: found ["a/b"], expected a list of liveness'],
    [
      { timeout: 0 },
      "timeout: found 0, expected a duration of at least 1 ms, in milliseconds or such as '30s'.",
    ],
    [{ timeout: -5 }, 'timeout: found -5, expected a duration'],
    [{ timeout: Number.POSITIVE_INFINITY }, 'timeout: found Infinity, expected a duration'],
    [{ timeout: '5 parsecs' }, 'timeout: found "5 parsecs", expected a duration'],
    [{ interval: 9 }, 'interval: found 9, expected a duration of at least 10 ms'],
    [{ interval: Number.NaN }, 'interval: found NaN, expected a duration'],
    [{ downInterval: '1ms' }, 'downInterval: found "1ms", expected a duration of at least 10 ms'],
    [
      { interval: '10s', downInterval: '20s' },
      'downInterval: found "20s", expected at most interval, 10000 ms.',
    ],
    [{ cacheTtl: -1 }, 'cacheTtl: found -1, expected a duration, in milliseconds'],
    [{ failureThreshold: 0 }, 'failureThreshold: found 0, expected an integer from 1 to 1000.'],
    [{ failureThreshold: 1.5 }, 'failureThreshold: found 1.5, expected an integer'],
    [{ failureThreshold: '3' }, 'failureThreshold: found "3", expected an integer'],
    [{ successThreshold: 1_001 }, 'successThreshold: found 1001, expected an integer'],
    [{ recover: 'restart' }, 'recover: found "restart", expected a function, or { action'],
    [{ recover: {} }, 'recover.action: found nothing, expected a function'],
    [{ recover: { acton: ok } }, 'recover.acton: found an unknown option'],
    [
      { recover: { action: ok, initialDelay: 0 } },
      'recover.initialDelay: found 0, expected a duration of at least 10',
    ],
    [
      { recover: { action: ok, timeout: 'x' } },
      'recover.timeout: found "x", expected a duration of at least 10 ms',
    ],
    [{ recover: { action: ok, maxDelay: '1ms' } }, 'recover.maxDelay: found "1ms", expected a duration'],
    [
      { recover: { action: ok, initialDelay: '2s', maxDelay: '1s' } },
      'recover.maxDelay: found "1s", expected at least',
    ],
    [
      { recover: { action: ok, maxAttempts: 0 } },
      'recover.maxAttempts: found 0, expected an integer of at least 1.',
    ],
    [{ recover: { action: ok, maxAttempts: 2.5 } }, 'recover.maxAttempts: found 2.5, expected an integer'],
  ])('%j', (options, message) => {
    expect(complaint(options)).toContain(`\n  - ${message}`);
  });

  it.each<[object, string]>([
    [{ timout: 5 }, 'timout: found an unknown option, expected one of kind, critical, dependsOn,'],
    [{ timout: 5 }, 'Did you mean timeout?'],
    [{ depends_on: [] }, 'Did you mean dependsOn?'],
    [{ colour: 'red' }, 'Remove it.'],
    [
      { recover: { action: ok, maxAtempts: 5 } },
      'recover.maxAtempts: found an unknown option, expected one of action, initialDelay,',
    ],
    [{ recover: { action: ok, maxAtempts: 5 } }, 'Did you mean maxAttempts?'],
  ])('the unknown key in %j', (options, message) => {
    expect(complaint(options)).toContain(message);
  });

  it.each([[null], ['fast'], [5], [[]]])('options that are %j', (options) => {
    expect(complaint(options)).toContain('options: found ');
  });

  it.each([
    [undefined],
    [''],
    [5],
    ['a/b'],
    ['a?b'],
    ['a#b'],
    ['a,b'],
    [' a'],
    ['a '],
    ['a\nb'],
    ['x'.repeat(129)],
  ])('the name %j', (name) => {
    const message = complaint({}, name === undefined ? null : name);
    expect(message).toContain('name: found ');
    expect(message).toContain('a text of 1 to 128 characters without / ? # , and control characters');
  });

  it.each([[undefined], [true], [{}]])('a check that is %j', (check) => {
    const { health } = createBed();
    expect(messageOf(() => health.register('db', check as never))).toContain('expected a function');
  });
});

it('all problems are told at once, with a code and the paths', () => {
  const { health } = createBed();
  try {
    health.register(
      'a/b',
      5 as never,
      { kind: 'disk' as never, timeout: -1, failureThreshold: 0, interva: 1 } as never,
    );
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(InstrumentError);
    const { code, problems } = error as InstrumentError;
    expect(code).toBe('INSTRUMENT_INVALID_ARGUMENT');
    expect(problems.map(({ path }) => path).sort()).toEqual([
      'check',
      'failureThreshold',
      'interva',
      'kind',
      'name',
      'timeout',
    ]);
  }
});

it('names of up to 128 characters, of any script, with spaces and dots in them, are taken', () => {
  const { health } = createBed();
  const names = [
    'x'.repeat(128),
    'Datenbank größe',
    '数据库',
    'orders.db 2',
    'a',
    '🐘',
    '__proto__',
    'constructor',
  ];
  for (const name of names) health.register(name, ok);
  expect(health.names()).toEqual(names);
});

describe('defaults', () => {
  it('are those of the documentation', async () => {
    const { health, component } = createBed();
    health.register('db', ok);
    health.register('orders', ok, { kind: 'business' });
    expect(component('db')).toMatchObject({
      kind: 'component',
      critical: true,
      probes: ['readiness'],
      dependsOn: [],
    });
    expect(component('orders')).toMatchObject({ kind: 'business', critical: false });
  });

  it('hold for options that are undefined', () => {
    const { health, component } = createBed();
    health.register('db', ok, {
      kind: undefined,
      critical: undefined,
      timeout: undefined,
      recover: undefined,
    } as never);
    expect(component('db')).toMatchObject({ kind: 'component', critical: true });
  });

  it('leave out what is named twice', () => {
    const { health, component } = createBed();
    health.register('a', ok, { dependsOn: ['b', 'b'], probes: ['storage', 'storage'] });
    expect(component('a')).toMatchObject({ dependsOn: ['b'], probes: ['storage'] });
  });

  it('of the interval while down never exceed a short interval', () => {
    const { health } = createBed();
    health.register('db', ok, { interval: '1s' });
    expect(health.names()).toEqual(['db']);
  });
});
