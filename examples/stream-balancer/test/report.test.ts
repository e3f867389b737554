import { describe, expect, it } from 'vitest';
import type { LoadFigures } from '../src/load/protocol.ts';
import { createReport, type RunFacts, renderReport } from '../src/report.ts';

const durations = { count: 2, p50: 5.25, max: 812.4 };
const load: LoadFigures = {
  sent: 1200,
  answered: 1200,
  verified: 1200,
  wrong: 0,
  duplicates: 0,
  outOfOrder: 0,
  resent: 3,
  reconnects: 1,
  connected: 0,
  latency: { count: 1200, p50: 3, max: 800 },
};

describe('the report', () => {
  it('passes when each frame has one answer that is right', () => {
    const report = createReport(facts());
    expect(report).toMatchObject({ passed: true, respawned: 2, frames: { lost: 0 } });
    expect(renderReport(report)).toContain('passed: 8 streams over 1 workers in 3.0 s');
  });

  it.each<[string, Partial<LoadFigures>]>([
    ['a frame without an answer', { answered: 1199, verified: 1199 }],
    ['a wrong answer', { verified: 1199, wrong: 1 }],
    ['an answer that came twice', { duplicates: 1 }],
    ['an answer out of turn', { outOfOrder: 1 }],
  ])('fails for %s', (_, figures) => {
    const report = createReport(facts(figures));
    expect(report.passed).toBe(false);
    expect(renderReport(report)).toContain('FAILED');
  });

  it('shows counts, and durations with a dash where there are none', () => {
    const text = renderReport(createReport(facts()));
    expect(text).toMatch(/^frames sent +1,200$/m);
    expect(text).toMatch(/^readiness changes +2$/m);
    expect(text).toMatch(/^blow to unhealthy +2 +5\.25 +812$/m);
    expect(text).toMatch(/^stream without a worker +0 +– +–$/m);
  });
});

function facts(figures: Partial<LoadFigures> = {}): RunFacts {
  const readiness = [true, false, true].map((isReady) => ({
    timestampMillis: 0,
    isReady,
    rootCauses: [],
    reason: undefined,
  }));
  return {
    seconds: 3,
    streams: 8,
    load: { ...load, ...figures },
    workers: 1,
    respawned: 2,
    moved: { lost: 4, unhealthy: 0, rebalanced: 4 },
    interruption: { count: 0, p50: undefined, max: undefined },
    incidents: { killed: 2, frozen: 0, detection: durations, recovery: durations },
    cuts: 1,
    outages: 0,
    readiness,
  };
}
