import { describe, expect, it } from 'vitest';
import type { RoundCost } from '../src/compare/protocol.ts';
import { createComparisonReport, renderComparison } from '../src/compare/report.ts';
import { type Lap, noiseOf, overheadOf } from '../src/compare/statistics.ts';

function cost(cpuMillis: number, files = 100): RoundCost {
  return { cpuMillis, wallMillis: cpuMillis * 2, files };
}

function lap(disabled: number, sampled: number, control: number, traced = 200): Lap {
  return { disabled: cost(disabled), sampled: cost(sampled), traced: cost(traced), control: cost(control) };
}

describe('a comparison', () => {
  it('relates each round to the two without telemetry of its lap, and takes the middle one', () => {
    const laps = [lap(100, 103, 100), lap(200, 212, 200), lap(90, 102, 110)];
    const { median, low, high } = overheadOf(laps, 'sampled', 'cpuMillis');
    expect([median, low, high].map((value) => Number(value.toFixed(6)))).toEqual([0.03, 0.02, 0.06]);
    expect(overheadOf(laps, 'traced', 'cpuMillis').median).toBeCloseTo(1);
  });

  it('tells how much two rounds without telemetry differ', () => {
    const noise = noiseOf([lap(100, 1, 101), lap(100, 1, 99)], 'wallMillis');
    expect(noise.median).toBeCloseTo(0);
    expect([noise.low, noise.high].map((value) => Number(value.toFixed(6)))).toEqual([-0.01, 0.01]);
  });

  // Ranks from a table of the sign test: 95 % confidence intervals of the median, counted from 1.
  it.each([
    [5, 1],
    [6, 1],
    [8, 1],
    [9, 2],
    [15, 4],
    [20, 6],
    [50, 18],
  ])('bounds the median of %i by the values of rank %i from both ends', (count, rank) => {
    const laps = Array.from({ length: count }, (_, i) => lap(100, 100 + i + 1, 100));
    const { low, high } = overheadOf(laps, 'sampled', 'cpuMillis');
    expect([Math.round(low * 100), Math.round(high * 100)]).toEqual([rank, count - rank + 1]);
  });

  it('compares per file, should a file have come or gone', () => {
    const laps = [{ ...lap(100, 0, 100), sampled: cost(202, 200) }];
    expect(overheadOf(laps, 'sampled', 'cpuMillis').median).toBeCloseTo(0.01);
  });

  it.each([
    [100.5, 'within the aim'],
    [104, 'within the requirement'],
    [106, 'too much'],
  ])('says what %d against 100 is: %s', (sampled, verdict) => {
    const report = createComparisonReport([lap(100, sampled, 100)], 0.1, {});
    expect(report.sampled.verdict).toBe(verdict);
    expect(report.traced.verdict).toBe('too much');
    expect(renderComparison(report)).toContain(`sampled: ${verdict}; every file traced: too much`);
  });

  it('says so when it was stopped before the first round', () => {
    expect(createComparisonReport([], 0.1, {}).sampled.verdict).toBe('not measured');
  });
});
