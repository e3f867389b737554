import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SettledStatus } from '../../src/run/settled-status.ts';
import { isWorse, type ResultStatus } from '../../src/status.ts';

const LETTERS: Readonly<Record<string, ResultStatus>> = { h: 'healthy', d: 'degraded', u: 'unhealthy' };
const result = fc.constantFrom<ResultStatus>('healthy', 'degraded', 'unhealthy');

/** Statuses after each result, as letters. */
function follow(results: string, failure: number, success: number, mayImprove = true): string {
  const settled = new SettledStatus({ failure, success });
  return [...results]
    .map((letter) => {
      settled.observe(LETTERS[letter] as ResultStatus, mayImprove);
      return settled.status[0];
    })
    .join('');
}

it('nothing is known before the first result', () => {
  expect(new SettledStatus({ failure: 3, success: 2 }).status).toBe('unknown');
});

describe('with three failures and two successes', () => {
  it.each([
    ['the first result counts at once', 'u', 'u'],
    ['two failures change nothing, the third does', 'huuu', 'hhhu'],
    ['a success in between begins the count anew', 'huuhuuhuuu', 'hhhhhhhhhu'],
    ['one success changes nothing, the second does', 'uhh', 'uuh'],
    ['a failure in between begins that count anew', 'uhuhh', 'uuuuh'],
    ['degraded and unhealthy results agree on degraded', 'hudu', 'hhhd'],
    ['it takes as many again from there to unhealthy', 'hduduuu', 'hhhdddu'],
    ['healthy and degraded results agree on degraded', 'uhd', 'uud'],
    ['it takes as many again from there to healthy', 'uhdhh', 'uuddh'],
    ['worse and better than degraded are counted apart', 'duhuhuhu', 'dddddddd'],
  ])('%s', (_, results, statuses) => {
    expect(follow(results, 3, 2)).toBe(statuses);
  });
});

it('with thresholds of one, the status is the result', () => {
  expect(follow('hduhudh', 1, 1)).toBe('hduhudh');
});

it('while it may not improve it gets worse all the same', () => {
  expect(follow('huuuhhhhh', 3, 2, false)).toBe('hhhuuuuuu');
  expect(follow('duuuddd', 3, 2, false)).toBe('dddu'.padEnd(7, 'u'));
});

it('improves with the first good result for which it may, when enough have come before', () => {
  const settled = new SettledStatus({ failure: 1, success: 2 });
  for (const status of ['unhealthy', 'healthy', 'healthy', 'healthy'] as const)
    settled.observe(status, false);
  expect(settled.status).toBe('unhealthy');
  settled.observe('healthy', true);
  expect(settled.status).toBe('healthy');
});

it('never changes on fewer results in a row than the threshold, and to what none of them is better or worse than', () => {
  const thresholds = fc.record({
    failure: fc.integer({ max: 5, min: 1 }),
    success: fc.integer({ max: 5, min: 1 }),
  });
  fc.assert(
    fc.property(
      thresholds,
      fc.array(fc.tuple(result, fc.boolean()), { maxLength: 60 }),
      (limits, results) => {
        const settled = new SettledStatus(limits);
        for (const [i, [status, mayImprove]] of results.entries()) {
          const from = settled.status;
          settled.observe(status, mayImprove);
          const to = settled.status;
          if (i === 0) expect(to).toBe(status);
          if (i === 0 || from === to) continue;
          const gotWorse = isWorse(to, from);
          expect(gotWorse || mayImprove).toBe(true);
          const count = gotWorse ? limits.failure : limits.success;
          const latest = results.slice(Math.max(0, i + 1 - count), i + 1).map(([each]) => each);
          expect(latest.length).toBe(count);
          for (const each of latest) {
            expect(gotWorse ? isWorse(each, from) : isWorse(from, each)).toBe(true);
            expect(gotWorse ? isWorse(to, each) : isWorse(each, to)).toBe(false);
          }
        }
      },
    ),
  );
});

it('follows as soon as enough results in a row say the same', () => {
  fc.assert(
    fc.property(fc.array(result), result, fc.integer({ max: 5, min: 1 }), (before, last, threshold) => {
      const settled = new SettledStatus({ failure: threshold, success: threshold });
      for (const status of before) settled.observe(status, true);
      // Twice: those before may have begun a streak that agrees on something in between.
      for (let i = 0; i < 2 * threshold; i++) settled.observe(last, true);
      expect(settled.status).toBe(last);
    }),
  );
});
