import { describe, expect, it } from 'vitest';
import { durationText, lineOf } from '../../src/bar/line.ts';
import { progressOf } from '../../src/progress.ts';

const bar = (share: number): string => `[${Math.round(share * 10)}]`;
const at = (processed: number, total: number | undefined, ratePerSecond: number, failed = 0) =>
  progressOf({ processed, failed, total, ratePerSecond, elapsedMillis: 65_000, chunks: 0, activeWorkers: 0 });

describe('the line of an execution', () => {
  it('says how far it is, how fast, and how long it takes', () => {
    expect(lineOf('nightly', at(1_200, 2_400, 310), bar)).toBe(
      'nightly [5] 50 % · 1,200/2,400 · 310/s · 4 s left',
    );
    expect(lineOf('nightly', at(2_400, 2_400, 9.96, 2), bar)).toBe(
      'nightly [10] 100 % · 2,400/2,400 · 10.0/s · 1 min 5 s · 2 failed',
    );
    expect(lineOf('nightly', at(7, undefined, 0.5), bar)).toBe('nightly · 7 items · 0.5/s · 1 min 5 s');
  });

  it('says how it has ended, and how long it took, where the counts do not tell', () => {
    const progress = at(21, 200, 47);
    expect(lineOf('nightly', progress, bar, { outcome: 'failed' })).toBe(
      'nightly [1] 10 % · 21/200 · 47/s · 1 min 5 s · stopped by an error',
    );
    expect(lineOf('nightly', progress, bar, { outcome: 'cancelled', columns: 30 })).toBe(
      'nightly [1] 10 % · cancelled',
    );
    expect(lineOf('nightly', at(200, 200, 47), bar, { outcome: 'completed' })).toBe(
      'nightly [10] 100 % · 200/200 · 47/s · 1 min 5 s',
    );
  });

  it('leaves parts out as a whole where there is no room', () => {
    const progress = at(1_200, 2_400, 310, 2);
    const lines = [
      'nightly [5] 50 % · 1,200/2,400 · 310/s · 4 s left · 2 failed',
      'nightly [5] 50 % · 1,200/2,400 · 4 s left · 2 failed',
      'nightly [5] 50 % · 1,200/2,400 · 2 failed',
      'nightly [5] 50 % · 2 failed',
      'nightly 50 % · 2 failed',
      'nightly 50 %',
      'nightly',
    ];
    for (const [i, line] of lines.entries()) {
      expect(lineOf('nightly', progress, bar, { columns: line.length })).toBe(line);
      expect(lineOf('nightly', progress, bar, { columns: line.length - 1 })).toBe(lines[i + 1] ?? 'night…');
    }
  });

  it('never says 100 % before all is done', () => {
    expect(lineOf('nightly', at(99_999, 100_000, 1), bar)).toContain(' 99 % ');
  });

  it('shows times as people say them', () => {
    expect(
      [0, 1, 59_000, 59_001, 60_000, 3_599_000, 3_600_000, 7_500_000, 90_000_000].map(durationText),
    ).toEqual([
      '0 s',
      '1 s',
      '59 s',
      '1 min 0 s',
      '1 min 0 s',
      '59 min 59 s',
      '1 h 0 min',
      '2 h 5 min',
      '25 h 0 min',
    ]);
  });
});
