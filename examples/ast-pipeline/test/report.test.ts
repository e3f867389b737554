import { describe, expect, it } from 'vitest';
import { ParseError } from '../src/errors.ts';
import { createReport, renderReport } from '../src/report.ts';
import { type DurationSeries, stageFigures } from '../src/stages.ts';
import { createTally, tallyFailure, tallySuccess } from '../src/tally.ts';

const SNAPSHOT: DurationSeries[] = [
  series('pipeline.parse.duration', true, 90, { p50: 0.001, p95: 0.0125, p99: 0.25 }),
  series('pipeline.parse.duration', false, 10, { p50: 9, p95: 9, p99: 9 }),
  series('pipeline.read.duration', false, 3, undefined),
  { name: 'pipeline.parse.active', attributes: { success: true }, count: 7 },
];

function series(
  name: string,
  success: boolean,
  count: number,
  quantiles: DurationSeries['quantiles'],
): DurationSeries {
  return { name, attributes: { success }, count, quantiles };
}

describe('stageFigures', () => {
  it('adds up calls, and takes the quantiles of those that succeeded', () => {
    const figures = stageFigures(SNAPSHOT);
    expect(figures.find(({ stage }) => stage === 'pipeline.parse')).toEqual({
      stage: 'pipeline.parse',
      calls: 100,
      errors: 10,
      p50: 1,
      p95: 12.5,
      p99: 250,
    });
  });

  it('shows stages that only failed, or did nothing at all', () => {
    const figures = new Map(stageFigures(SNAPSHOT).map((figure) => [figure.stage, figure]));
    expect(figures.get('pipeline.read')).toMatchObject({ calls: 3, errors: 3, p50: undefined });
    expect(figures.get('pipeline.store')).toMatchObject({ calls: 0, errors: 0, p99: undefined });
  });
});

describe('the report', () => {
  const tally = createTally();
  const facts = { path: '/a.js', digest: 'sha256:00', lines: 1, functions: [], complexity: 1 };
  tallySuccess(tally, { ...facts, bytes: 1024 * 1024, imports: [{ source: 'b', kind: 'import', line: 1 }] });
  for (let i = 0; i < 999; i++) tallySuccess(tally, { ...facts, bytes: 0, imports: [] });
  for (let i = 0; i < 3; i++) tallyFailure(tally, new ParseError('/b.js', 'no'));
  tallyFailure(tally, new RangeError('stack'));
  const journal = {
    directory: '/audit',
    size: 2_000,
    checked: 1_004,
    root: 'cm9vdA==',
    seconds: 0.25,
    failure: undefined,
  };
  const measured = createReport({
    directory: '/dir',
    output: '/out',
    metrics: undefined,
    otlp: undefined,
    seconds: 2,
    rounds: 1,
    stages: stageFigures(SNAPSHOT),
    overhead: { calls: 5000, nanosPerCall: 800, share: 0.002 },
    tally,
  });
  const report = { ...measured, journal };

  it('counts files per minute and failures by class', () => {
    expect(report).toMatchObject({ files: 1004, filesPerMinute: 30_120, succeeded: 1000, imports: 1 });
    expect(report.errors).toEqual({ ParseError: 3, RangeError: 1 });
    expect(report.errorRate).toBeCloseTo(4 / 1004);
  });

  it('says what came of checking the journal', () => {
    const last = (shown: typeof journal | undefined): string | undefined =>
      renderReport({ ...measured, journal: shown })
        .split('\n')
        .at(-1);
    expect(last(journal)).toBe(
      'journal: 2,000 entries in /audit, 1,004 of them kept: verified in 0.3 s, root cm9vdA==',
    );
    expect(last({ ...journal, failure: 'Entry 3 was changed.' } as never)).toMatch(
      /NOT AS RECORDED: Entry 3 was changed\.$/,
    );
    expect(last(undefined)).toBe('journal: not open, so nothing was put on record');
  });

  it('reads as a table', () => {
    const lines = renderReport(report).split('\n');
    const row = (stage: string): string => lines.find((line) => line.startsWith(stage)) ?? '';
    expect(row('pipeline.parse').split(/\s{2,}/)).toEqual([
      'pipeline.parse',
      '100',
      '10',
      '10.00 %',
      '1.000',
      '12.5',
      '250.0',
    ]);
    expect(row('pipeline.store').split(/\s{2,}/)).toEqual(['pipeline.store', '0', '0', '–', '–', '–', '–']);
    expect(row('1,004 files')).toBe('1,004 files in 2.0 s: 30,120 files/min, 1 round, 1.0 MiB');
    expect(row('errors')).toBe('errors: 0.398 %');
    expect(lines).toContain('  3 × ParseError: /b.js: no');
    expect(lines).toContain('  1 × RangeError: stack');
    expect(row('telemetry')).toContain('0.200 % of the CPU time, estimated: 5,000 decorated calls × 800 ns');
  });
});
