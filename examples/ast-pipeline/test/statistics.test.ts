import { describe, expect, it } from 'vitest';
import type { TurnCost } from '../src/compare/protocol.ts';
import { createComparisonReport, renderComparison } from '../src/compare/report.ts';
import { type Lap, noiseOf, overheadOf } from '../src/compare/statistics.ts';

function cost(cpuMillis: number, files = 100): TurnCost {
  return { cpuMillis, wallMillis: cpuMillis * 2, files };
}

function lap(disabled: number, sampled: number, control: number, traced = 200): Lap {
  return { disabled: cost(disabled), sampled: cost(sampled), traced: cost(traced), control: cost(control) };
}

describe('a comparison', () => {
  it('relates each process to the two without telemetry of its lap', () => {
    const { estimate, low, high } = overheadOf([lap(100, 110, 121)], 'sampled', 'cpuMillis');
    expect([estimate, low, high].map((value) => value.toFixed(9))).toEqual(Array(3).fill('0.000000000'));
    expect(overheadOf([lap(100, 110, 121)], 'traced', 'wallMillis').estimate).toBeCloseTo(200 / 110 - 1);
  });

  it('is moved little by a lap that something else has spoilt', () => {
    const good = Array.from({ length: 11 }, (_, i) => lap(100, 102 + (i % 3), 100));
    const { estimate, high } = overheadOf([...good, lap(100, 300, 100)], 'sampled', 'cpuMillis');
    expect(estimate).toBeGreaterThan(0.02);
    expect(estimate).toBeLessThan(0.04);
    expect(high).toBeLessThan(0.05);
  });

  it('tells how much two processes without telemetry differ', () => {
    const { estimate, low, high } = noiseOf([lap(100, 1, 101), lap(101, 1, 100)], 'wallMillis');
    expect(estimate).toBeCloseTo(0);
    expect([low, high].map((value) => value.toFixed(4))).toEqual(['-0.0099', '0.0100']);
  });

  // Critical values of Wilcoxon's signed-rank test, two-sided, 5 %, as tables have them: as many means of pairs lie
  // outside of the interval at either end.
  it.each([
    [6, 0],
    [7, 2],
    [8, 3],
    [9, 5],
    [10, 8],
    [15, 25],
    [20, 52],
    [30, 137],
  ])('bounds the estimate of %i laps by the means of pairs beyond the %i outermost', (count, outside) => {
    // Powers of 2: all means of pairs differ.
    const logs = Array.from({ length: count }, (_, i) => 2 ** i / 2 ** count);
    const laps = logs.map((log) => lap(100, 100 * Math.exp(log), 100));
    const { low, high } = overheadOf(laps, 'sampled', 'cpuMillis');
    const means = logs.flatMap((a, i) => logs.slice(i).map((b) => Math.expm1((a + b) / 2)));
    const margin = 1e-12;
    expect(means.filter((mean) => mean < low - margin)).toHaveLength(outside);
    expect(means.filter((mean) => mean > high + margin)).toHaveLength(outside);
  });

  it('has no more than a range of fewer than six', () => {
    const laps = [103, 101, 107, 102].map((cpu) => lap(100, cpu, 100));
    const { low, high } = overheadOf(laps, 'sampled', 'cpuMillis');
    expect([low, high].map((value) => value.toFixed(6))).toEqual(['0.010000', '0.070000']);
  });

  it('compares per file, should a file have come or gone', () => {
    const laps = [{ ...lap(100, 0, 100), sampled: cost(202, 200) }];
    expect(overheadOf(laps, 'sampled', 'cpuMillis').estimate).toBeCloseTo(0.01);
  });

  it.each([
    [[100.5], 'within the aim'],
    [[104], 'within the requirement'],
    [[106], 'too much'],
    [[104, 106], 'undecided'],
  ] as const)('says what %d against 100 is: %s', (sampled, verdict) => {
    const laps = sampled.map((cpu) => lap(100, cpu, 100));
    const report = createComparisonReport(laps, { sampling: 0.1, limit: 10, warmUp: 50 }, {});
    expect(report.sampled.verdict).toBe(verdict);
    expect(report.traced.verdict).toBe('too much');
    expect(renderComparison(report)).toContain(`sampled: ${verdict}; every file traced: too much`);
  });

  it('says so when it was stopped before the first lap was over', () => {
    const report = createComparisonReport([], { sampling: 0.1, limit: 10, warmUp: 50 }, {});
    expect(report.sampled.verdict).toBe('not measured');
  });
});
