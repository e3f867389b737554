import { expect, test } from 'vitest';
import { pauseMillis, retryAfterMillis } from '../../src/http/retry-after.ts';

const NOW = Date.UTC(1994, 10, 6, 8, 49, 7);

// RFC 9110, section 5.6.7: the three forms of a date, all of the same moment.
test.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
  '%s is a date',
  (text) => {
    expect(retryAfterMillis(text, undefined, NOW)).toBe(30_000);
  },
);

test.each([
  ['120', 120_000],
  [' 120 ', 120_000],
  ['0.25', 250],
  ['86401', 86_400_000],
  ['9'.repeat(400), 86_400_000],
  ['Sun, 06 Nov 1994 08:48:00 GMT', 0],
  ['Sun, 06 Nov 2094 08:48:00 GMT', 86_400_000],
  ['', undefined],
  ['7x', undefined],
  ['1e3', undefined],
  ['Infinity', undefined],
  ['Sunday', undefined],
  ['1994-11-06T08:49:37Z', undefined],
  [null, undefined],
])('%s asks for %s ms', (text, millis) => {
  expect(retryAfterMillis(text, undefined, NOW)).toBe(millis);
});

test('a clock of the receiver that cannot be read is not used', () => {
  expect(retryAfterMillis('Sun, 06 Nov 1994 08:49:37 GMT', 'yesterday', NOW)).toBe(30_000);
});

test.each([
  [1.25, 1_250],
  [0, 0],
  [1e9, 86_400_000],
  [-1, undefined],
  [Number.NaN, undefined],
  ['7', undefined],
  [undefined, undefined],
])('%s seconds of a body ask for %s ms', (seconds, millis) => {
  expect(pauseMillis(seconds)).toBe(millis);
});
