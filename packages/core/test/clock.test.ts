import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { monotonicMillis, parseDuration } from '../src/index.ts';

describe('a duration', () => {
  test.each([
    [0, 0],
    [1.5, 1.5],
    ['250ms', 250],
    ['5s', 5_000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
    [' 5 s ', 5_000],
  ])('of %j is %d milliseconds', (duration, millis) => {
    expect(parseDuration(duration)).toBe(millis);
  });

  test.each([
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '',
    '5',
    's',
    '-5s',
    '5 seconds',
    '1e3s',
    '5S',
    '.5s',
    `${'9'.repeat(400)}s`,
    null,
    undefined,
    {},
    5n,
  ])('cannot be %o', (duration) => {
    expect(parseDuration(duration)).toBeUndefined();
  });

  test('is a finite number that is not negative, or nothing, for anything', () => {
    const duration = fc.oneof(
      fc.anything(),
      fc.tuple(fc.double(), fc.constantFrom('ms', 's', 'm', 'h', 'd')).map(([n, unit]) => `${n}${unit}`),
    );
    fc.assert(
      fc.property(duration, (given) => {
        const millis = parseDuration(given);
        expect(millis === undefined || (Number.isFinite(millis) && millis >= 0)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

test('the clock never goes back', () => {
  const reads = Array.from({ length: 1_000 }, monotonicMillis);
  expect(reads.every((millis, i) => i === 0 || millis >= (reads[i - 1] as number))).toBe(true);
});
