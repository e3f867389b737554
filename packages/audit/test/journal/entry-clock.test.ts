import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EntryClock } from '../../src/journal/entry-clock.ts';

/** A clock that shows these times, one after the other, and the last for ever. */
function showing(...times: string[]): () => number {
  let next = 0;
  return () => Date.parse(times[Math.min(next++, times.length - 1)] as string);
}

describe('times of entries', () => {
  test('are those of the clock, in UTC and to the millisecond', () => {
    const clock = new EntryClock('', showing('2026-11-25T13:00:00.123+01:00'));
    expect(clock.next()).toBe('2026-11-25T12:00:00.123Z');
  });

  test('are what Date.prototype.toISOString says, in every order of moments', () => {
    const moment = fc.oneof(
      fc.integer({ min: 0, max: 3_000 }),
      fc.integer({ min: 0, max: 253_402_300_799_999 }),
    );
    fc.assert(
      fc.property(fc.array(moment), (moments) => {
        const shown = [...moments].sort((a, b) => a - b);
        const clock = new EntryClock('', () => shown[next++] as number);
        let next = 0;
        expect(shown.map(() => clock.next())).toEqual(shown.map((millis) => new Date(millis).toISOString()));
      }),
    );
  });

  test('stand still while the clock goes back, and go on from there', () => {
    const now = showing('2026-01-01T00:00:02Z', '2026-01-01T00:00:01Z', '2026-01-01T00:00:03Z');
    const clock = new EntryClock('', now);
    const times = [clock.next(), clock.next(), clock.next()];
    expect(times.map((time) => time.slice(17, 19))).toEqual(['02', '02', '03']);
  });

  test('are not before the last entry of the process before', () => {
    const after = '2030-01-01T00:00:00.000Z';
    const clock = new EntryClock(after, showing('2026-01-01T00:00:00Z', '2030-01-01T00:00:00.001Z'));
    expect(clock.next()).toBe(after);
    expect(clock.next()).toBe('2030-01-01T00:00:00.001Z');
  });

  test('do not follow from a damaged one', () => {
    const clock = new EntryClock('yesterday', showing('2026-01-01T00:00:00Z'));
    expect(clock.next()).toBe('2026-01-01T00:00:00.000Z');
  });

  test('stand still while somebody holds them, however many do', () => {
    let millis = 0;
    const clock = new EntryClock('', () => ++millis * 1_000);
    const outer = clock.hold();
    const inner = clock.hold();
    clock.release();
    expect([inner, clock.next()]).toEqual([outer, outer]);
    clock.release();
    expect(clock.next() > outer).toBe(true);
  });
});
