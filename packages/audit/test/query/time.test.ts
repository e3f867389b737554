import { afterEach, describe, expect, it } from 'vitest';
import { checkQuery } from '../../src/query/check-query.ts';
import { parseTime } from '../../src/query/time.ts';

const zone = process.env.TZ;
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

const MINUTE = Date.UTC(2026, 10, 28, 4, 10);

describe('a time as text', () => {
  it('without a zone is in UTC, wherever it is read', () => {
    for (const where of ['UTC', 'America/New_York', 'Asia/Tokyo']) {
      process.env.TZ = where;
      for (const text of [
        '2026-11-28T04:10',
        '2026-11-28 04:10',
        '2026-11-28T04:10:00',
        '2026-11-28T04:10:00.000',
        '2026-11-28T04:10Z',
        '2026-11-28t04:10z',
        '2026-11-28T13:10+09:00',
        '2026-11-28T13:10:00,0+0900',
        '2026-11-27T23:10-05',
      ]) {
        expect(parseTime(text), `${text} in ${where}`).toBe(MINUTE);
        expect(checkQuery({ from: text, to: text }, false)).toMatchObject({
          fromMillis: MINUTE,
          toMillis: MINUTE,
        });
      }
      expect(parseTime('2026-11-28')).toBe(Date.UTC(2026, 10, 28));
      expect(parseTime('2026-11')).toBe(Date.UTC(2026, 10));
      expect(parseTime('2026')).toBe(Date.UTC(2026, 0));
      expect(parseTime('2026-11-28T24:00')).toBe(Date.UTC(2026, 10, 29));
    }
  });

  it('is read as it is printed, to the millisecond', () => {
    for (const millis of [0, MINUTE + 1, -1, 8.64e15, -8.64e15]) {
      expect(parseTime(new Date(millis).toISOString())).toBe(millis);
    }
    expect(parseTime('2026-11-28T04:10:00.0019')).toBe(MINUTE + 1);
  });

  it('is none when there is no such date or time', () => {
    for (const text of [
      '2026-02-30',
      '2026-02-30T10:00Z',
      '2025-02-29',
      '2026-11-31',
      '2026-00-10',
      '2026-13-01',
      '2026-11-00',
      '2026-11-28T24:30',
      '2026-11-28T04:60',
      '2026-11-28T04:10:60',
      '2026-11-28T04:10+24:00',
    ]) {
      expect(parseTime(text), text).toBeUndefined();
      expect(() => checkQuery({ to: text }, false)).toThrow(`to: found "${text}"`);
    }
    expect(parseTime('2024-02-29')).toBe(Date.UTC(2024, 1, 29));
  });

  it('is none in other forms, which mean another time elsewhere', () => {
    for (const text of [
      '',
      'yesterday',
      '28 Nov 2026',
      '11/28/2026',
      '2026-11-28T4:10',
      '1700000000000',
      '04:10',
    ]) {
      expect(parseTime(text), text).toBeUndefined();
    }
    expect(() => checkQuery({ from: '28 Nov 2026' }, false)).toThrow('in UTC unless it names a zone');
  });
});
