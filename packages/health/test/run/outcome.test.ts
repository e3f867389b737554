import { reasonOf } from '@org/instrument-core';
import { describe, expect, it } from 'vitest';
import { resultOf, resultOfThrown } from '../../src/run/outcome.ts';

const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const hostile = (): object =>
  new Proxy(
    {},
    {
      get: () => {
        throw new Error('no way in');
      },
      getPrototypeOf: () => {
        throw new Error('no way up');
      },
    },
  );

describe('what a check returns', () => {
  it.each([[undefined], [true], ['healthy'], [{ status: 'healthy' }]])('%j is healthy', (value) => {
    expect(resultOf(value)).toEqual({
      status: 'healthy',
      failure: undefined,
      reason: undefined,
      details: undefined,
    });
  });

  it('tells its status, its reason and its details', () => {
    const given = { status: 'degraded', reason: '3 of 4 replicas', details: { replicas: 3 } };
    expect(resultOf(given)).toEqual({ ...given, failure: undefined });
    expect(resultOf('unhealthy')).toMatchObject({ status: 'unhealthy', failure: 'unhealthy' });
    expect(resultOf(false)).toMatchObject({ failure: 'unhealthy', reason: 'the check returned false' });
  });

  it.each([
    [null, 'null'],
    [0, '0'],
    [Number.NaN, 'NaN'],
    ['', '""'],
    ['HEALTHY', '"HEALTHY"'],
    ['unknown', '"unknown"'],
    [{}, '{}'],
    [{ status: 'up' }, '{"status":"up"}'],
    [{ status: 'unknown' }, '{"status":"unknown"}'],
    [[], '[]'],
    [10n, '10'],
    [Symbol('s'), 'Symbol(s)'],
    [function up() {}, 'a function up'],
  ])('%s means nothing, and is unhealthy with that as the reason', (value, shown) => {
    const { status, failure, reason } = resultOf(value);
    expect([status, failure]).toEqual(['unhealthy', 'invalid']);
    expect(reason).toContain(`the check returned ${shown}, expected nothing, true, false, 'healthy'`);
  });

  it.each([
    ['a revoked proxy', revoked()],
    ['a proxy that throws', hostile()],
  ])('that is %s cannot be read, and is unhealthy', (_, value) => {
    expect(resultOf(value)).toMatchObject({ status: 'unhealthy', failure: 'invalid' });
  });

  it('is unhealthy when its details cannot be read', () => {
    const details = Object.defineProperty({}, 'figure', {
      enumerable: true,
      get: () => {
        throw new Error('gone');
      },
    });
    expect(resultOf({ status: 'healthy', details })).toMatchObject({
      status: 'unhealthy',
      failure: 'invalid',
    });
  });

  it('keeps details as they were when it was returned', () => {
    const details = { waiting: 1 };
    const result = resultOf({ status: 'healthy', details });
    details.waiting = 2;
    expect(result.details).toEqual({ waiting: 1 });
  });

  it.each([
    [5, '5'],
    [{ code: 'E1' }, '{"code":"E1"}'],
    ['x'.repeat(2_000), `${'x'.repeat(499)}…`],
    // Of a pair of surrogates both halves, or none.
    [`${'x'.repeat(497)}${'😀'.repeat(9)}`, `${'x'.repeat(497)}😀…`],
    [`${'x'.repeat(498)}${'😀'.repeat(9)}`, `${'x'.repeat(498)}…`],
    ['a lone \ud83d is kept', 'a lone \ud83d is kept'],
  ])('with the reason %j has a text of at most 500 characters', (reason, shown) => {
    expect(resultOf({ status: 'unhealthy', reason }).reason).toBe(shown);
  });
});

describe('what a check throws', () => {
  it.each([
    [new Error('refused'), 'refused'],
    [new TypeError(''), 'TypeError'],
    [Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    [
      new Error('fetch failed', { cause: new Error('connect ECONNREFUSED') }),
      'fetch failed: connect ECONNREFUSED',
    ],
    ['a text', 'the check threw "a text"'],
    [undefined, 'the check threw nothing'],
    [null, 'the check threw null'],
    [{ code: 5 }, 'the check threw {"code":5}'],
    [new Error('x'.repeat(2_000)), `${'x'.repeat(499)}…`],
  ])('%s is the reason', (thrown, reason) => {
    expect(resultOfThrown(thrown)).toEqual({
      status: 'unhealthy',
      failure: 'error',
      reason,
      details: undefined,
    });
  });

  it.each([
    ['a revoked proxy', revoked()],
    ['a proxy that throws', hostile()],
    ['an error with a list for a message', Object.assign(new Error(), { message: ['a', 'b'] })],
    ['an error with a long thing for a message', Object.assign(new Error(), { message: { length: 5_000 } })],
    ['an error with a symbol for a message', Object.assign(new Error(), { message: Symbol('s') })],
  ])('is %s: it is unhealthy all the same, with a text for a reason', (_, thrown) => {
    const result = resultOfThrown(thrown);
    expect(result).toMatchObject({ status: 'unhealthy', failure: 'error' });
    expect(result.reason).toBeTypeOf('string');
  });

  it('is an error that is the cause of its own cause', () => {
    const a = new Error('a');
    a.cause = new Error('b', { cause: a });
    expect(reasonOf(a)).toMatch(/^a: b/);
    expect(resultOfThrown(a).reason?.length).toBeLessThanOrEqual(500);
  });
});
