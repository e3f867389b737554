import { describe, expect, it } from 'vitest';
import type { RoundCost } from '../src/compare/protocol.ts';
import { createComparisonReport, renderComparison } from '../src/compare/report.ts';
import { noiseOf, overheadOf, type Triple } from '../src/compare/statistics.ts';

function cost(cpuMillis: number, files = 100): RoundCost {
  return { cpuMillis, wallMillis: cpuMillis * 2, files };
}

function triple(disabled: number, everything: number, control: number): Triple {
  return { disabled: cost(disabled), everything: cost(everything), control: cost(control) };
}

describe('a comparison', () => {
  it('relates each round to the two without telemetry next to it, and takes the middle one', () => {
    const triples = [triple(100, 103, 100), triple(200, 212, 200), triple(90, 102, 110)];
    const { median, low, high } = overheadOf(triples, 'cpuMillis');
    expect([median, low, high].map((value) => Number(value.toFixed(6)))).toEqual([0.03, 0.02, 0.06]);
  });

  it('tells how much two processes without telemetry differ', () => {
    expect(noiseOf([triple(100, 1, 101), triple(100, 1, 99)], 'wallMillis').median).toBeCloseTo(0);
    expect(noiseOf([triple(100, 1, 101), triple(100, 1, 99)], 'wallMillis').high).toBeCloseTo(0.01);
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
    const triples = Array.from({ length: count }, (_, i) => triple(100, 100 + i + 1, 100));
    const { low, high } = overheadOf(triples, 'cpuMillis');
    expect([Math.round(low * 100), Math.round(high * 100)]).toEqual([rank, count - rank + 1]);
  });

  it('compares per file, should a file have come or gone', () => {
    const triples = [{ disabled: cost(100), everything: cost(202, 200), control: cost(100) }];
    expect(overheadOf(triples, 'cpuMillis').median).toBeCloseTo(0.01);
  });

  it.each([
    [100.5, 'within the aim'],
    [104, 'within the requirement'],
    [106, 'too much'],
  ])('says what %d against 100 is: %s', (everything, verdict) => {
    const report = createComparisonReport([triple(100, everything, 100)], new Map(), {
      requests: 0,
      bytes: 0,
    });
    expect(report.verdict).toBe(verdict);
    expect(renderComparison(report)).toContain(verdict);
  });

  it('says so when it was stopped before the first round', () => {
    expect(createComparisonReport([], new Map(), { requests: 0, bytes: 0 }).verdict).toBe('not measured');
  });
});
