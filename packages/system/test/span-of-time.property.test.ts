import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SpanOfTime } from '../src/span-of-time.ts';

const INTERVAL = 1_000;
const LEAST = 900;
/** Times at which somebody reads, whoever it is. */
const schedule = fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 60 }).map((gaps) => {
  let time = 0;
  return gaps.map((gap) => {
    time += gap;
    return time;
  });
});

test('covers the interval once that has gone by, and less than twice of it and the longest gap', () => {
  fc.assert(
    fc.property(schedule, (times) => {
      const span = new SpanOfTime(INTERVAL, 0, 0);
      const longestGap = Math.max(...times.map((time, i) => time - (times[i - 1] ?? 0)));
      for (const time of times) {
        const covered = time - span.at(time, () => time);
        expect(covered).toBeGreaterThanOrEqual(Math.min(time, LEAST));
        expect(covered).toBeLessThan(2 * LEAST + longestGap);
      }
    }),
  );
});

test('a reader that is alone, and late enough, gets what happened since it came last', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: LEAST, max: 60_000 }), { minLength: 1 }), (gaps) => {
      const span = new SpanOfTime(INTERVAL, 0, 0);
      let time = 0;
      for (const gap of gaps) {
        time += gap;
        expect(time - span.at(time, () => time)).toBe(gap);
      }
    }),
  );
});

test('a second reader, coming right after the first, covers the interval too', () => {
  const gaps = fc.array(fc.integer({ min: 60, max: 3_000 }), { minLength: 1 });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 0, max: 50 }), (between, later) => {
      const span = new SpanOfTime(INTERVAL, 0, 0);
      let time = 0;
      for (const gap of between) {
        time += gap;
        const first = span.at(time, () => time);
        const second = span.at(time + later, () => time + later);
        expect(second).toBeGreaterThanOrEqual(first);
        expect(time + later - second).toBeGreaterThanOrEqual(Math.min(time, LEAST));
      }
    }),
  );
});

test('what gathers loses nothing that happened within the span', () => {
  interface Gathering {
    since: number;
  }
  fc.assert(
    fc.property(schedule, (times) => {
      const start: Gathering[] = [{ since: 0 }, { since: 0 }];
      const span = new SpanOfTime(INTERVAL, 0, start[0] as Gathering, start[1]);
      const readings = new SpanOfTime(INTERVAL, 0, 0);
      for (const time of times) {
        const { since } = span.at(time, (dropped) => Object.assign(dropped, { since: time }));
        expect(since).toBe(readings.at(time, () => time));
      }
    }),
  );
});
