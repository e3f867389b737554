import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeUrl, describeValue, InstrumentError } from '../src/index.ts';

describe('an InstrumentError', () => {
  const problems = [
    { path: 'otlp.endpoint', found: '"x"', expected: 'a URL', fix: 'Write http://x.', source: 'a.yaml:12' },
    { path: '', found: 'nothing', expected: 'an object' },
  ];

  test('names its code and every problem: path, source, found, expected and fix', () => {
    const error = new InstrumentError(
      'INSTRUMENT_CONFIG_INVALID',
      'The configuration is not valid',
      problems,
    );
    expect(error.message).toBe(
      [
        'The configuration is not valid [INSTRUMENT_CONFIG_INVALID]',
        '  - otlp.endpoint (a.yaml:12): found "x", expected a URL. Write http://x.',
        '  - (root): found nothing, expected an object.',
      ].join('\n'),
    );
    expect(error).toMatchObject({ name: 'InstrumentError', code: 'INSTRUMENT_CONFIG_INVALID', problems });
    expect(error).toBeInstanceOf(Error);
  });

  test('has a cause only where there is one', () => {
    const cause = new Error('cause');
    expect(new InstrumentError('INSTRUMENT_CONFIG_UNREADABLE', 'x', [], cause).cause).toBe(cause);
    expect('cause' in new InstrumentError('INSTRUMENT_CONFIG_UNREADABLE', 'x')).toBe(false);
  });
});

function throws(): never {
  throw new Error('must be contained');
}

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

describe('the description of a value', () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;

  test.each([
    [undefined, 'nothing'],
    [null, 'null'],
    ['text', '"text"'],
    [-0.5, '-0.5'],
    [Number.NaN, 'NaN'],
    [12n, '12'],
    [Symbol('s'), 'Symbol(s)'],
    [[1, 'a'], '[1,"a"]'],
    [{ a: 1 }, '{"a":1}'],
    [() => 1, 'a function'],
    [throws, 'a function throws'],
    ['x'.repeat(100), `"${'x'.repeat(76)}...`],
    [cycle, 'an object'],
    [{ toJSON: () => undefined }, 'an object'],
  ])('of %o is %s', (value, text) => {
    expect(describeValue(value)).toBe(text);
  });

  // By number: fast-check itself looks into the values that it hands out.
  const hostile: readonly unknown[] = [
    revoked({}),
    revoked(throws),
    revoked([]),
    Object.create(null),
    { toJSON: throws },
    { toString: throws, valueOf: throws },
    Object.defineProperty({}, 'a', { get: throws, enumerable: true }),
    Object.defineProperty({ self: cycle }, Symbol.toStringTag, { get: throws }),
    Object.defineProperty(() => 1, 'name', { value: Symbol('name') }),
    Object.defineProperty(() => 1, 'name', { get: throws }),
    { big: 1n },
    cycle,
  ];

  test('never throws, and is one short line', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withNullPrototype: true }),
        fc.nat(hostile.length),
        (value, i) => {
          for (const given of [value, hostile[i]]) {
            const text = describeValue(given);
            expect(text.length).toBeGreaterThan(0);
            expect(text.length).toBeLessThanOrEqual(80);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

test.each<[unknown, string]>([
  ['ftp://user:secret@host/path', '"ftp://***@host/path"'],
  ['ftp://user:se/c@ret@host', '"ftp://***@host"'],
  ['//user:secret@host', '"//***@host"'],
  ['user:secret@host:4318', '"***@host:4318"'],
  ['token@host', '"***@host"'],
  ['localhost:4318', '"localhost:4318"'],
  [4318, '4318'],
  [undefined, 'nothing'],
  ['https://otlp.example.org/v1?api-key=s3cret&team=a', '"https://otlp.example.org/v1?***"'],
  ['otlp.example.org?key=a?b', '"otlp.example.org?***"'],
])('%j, which is no URL, is shown without credentials: %s', (value, text) => {
  expect(describeUrl(value)).toBe(text);
});
