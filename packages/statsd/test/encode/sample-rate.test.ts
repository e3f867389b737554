import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ratesOf } from '../../src/encode/sample-rate.ts';

/** How receivers count what a rate stands for. */
const RECEIVERS: Readonly<Record<string, (rate: number) => number>> = {
  'that cut off (collector, statsd_exporter)': (rate) => Math.trunc(1 / rate),
  'that round': (rate) => Math.round(1 / rate),
  'that go on while they are below (Telegraf)': (rate) => Math.ceil(1 / rate),
  'that add up (Datadog)': (rate) => 1 / rate,
};

const counts = fc.oneof(
  fc.integer({ min: 1, max: 5_000 }),
  fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  fc.maxSafeInteger().map((value) => Math.abs(value) + 1),
);

describe.each(Object.entries(RECEIVERS))('receivers %s', (_, count) => {
  it('count exactly what was recorded', () => {
    fc.assert(
      fc.property(counts, (recorded) => {
        const total = ratesOf(recorded).reduce(
          (sum, rate) => sum + (rate === '' ? 1 : count(Number(rate))),
          0,
        );
        expect(total).toBe(recorded);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('rates', () => {
  it('are one line, or seldom two', () => {
    for (let count = 1; count <= 20_000; count++) expect(ratesOf(count).length).toBeLessThanOrEqual(2);
    expect(ratesOf(8)).toEqual(['0.125']);
    expect(ratesOf(1)).toEqual(['']);
    expect(ratesOf(49)).toHaveLength(2);
    expect(ratesOf(0)).toEqual([]);
  });

  it('have no exponents, which the first StatsD does not read', () => {
    fc.assert(fc.property(counts, (count) => ratesOf(count).every((rate) => /^(0\.\d+)?$/.test(rate))));
  });
});
