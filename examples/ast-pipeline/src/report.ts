import { table } from '@org/instrument-example-terminal';
import { mebibytes, milliseconds, percent, perMinute, whole } from './numbers.ts';
import type { OverheadEstimate } from './overhead.ts';
import type { StageFigures } from './stages.ts';
import type { Tally } from './tally.ts';
import type { JournalReport } from './trail.ts';

/** Longest text of an error: a path and its reason. */
const MAX_ERROR_LENGTH = 200;

/** What a run did; `--json` prints it as it is. */
export interface RunReport {
  readonly directory: string;
  readonly output: string;
  /** URL of `/metrics`, when it listens. */
  readonly metrics: string | undefined;
  readonly otlp: string | undefined;
  readonly seconds: number;
  /** Rounds begun. */
  readonly rounds: number;
  readonly files: number;
  readonly filesPerMinute: number;
  readonly succeeded: number;
  readonly bytes: number;
  readonly imports: number;
  readonly functions: number;
  /** Failures by class. */
  readonly errors: Readonly<Record<string, number>>;
  /** What the first failure of each class said. */
  readonly firstErrors: Readonly<Record<string, string>>;
  /** Failures per file, 0 to 1. */
  readonly errorRate: number;
  readonly stages: readonly StageFigures[];
  readonly overhead: OverheadEstimate;
  /** What came of checking the journal; `undefined` when there is none. */
  readonly journal: JournalReport | undefined;
}

/** What a {@link RunReport} is made of. */
export interface RunFacts
  extends Pick<
    RunReport,
    'directory' | 'output' | 'metrics' | 'otlp' | 'seconds' | 'rounds' | 'stages' | 'overhead'
  > {
  readonly tally: Tally;
}

/** Puts the report of a run together. */
export function createReport({ tally, ...facts }: RunFacts): Omit<RunReport, 'journal'> {
  const { files, succeeded, bytes, imports, functions } = tally;
  return {
    ...facts,
    files,
    filesPerMinute: perMinute(files, facts.seconds),
    succeeded,
    bytes,
    imports,
    functions,
    errors: Object.fromEntries([...tally.errors].sort(([a], [b]) => (a < b ? -1 : 1))),
    firstErrors: Object.fromEntries(tally.firstErrors),
    errorRate: files > 0 ? (files - succeeded) / files : 0,
  };
}

/** The report as text. */
export function renderReport(report: RunReport): string {
  const { overhead } = report;
  return [
    stageTable(report.stages),
    '',
    `${whole(report.files)} files in ${report.seconds.toFixed(1)} s: ${whole(report.filesPerMinute)} files/min, ` +
      `${whole(report.rounds)} ${report.rounds === 1 ? 'round' : 'rounds'}, ${mebibytes(report.bytes)}`,
    `${whole(report.imports)} imports and ${whole(report.functions)} functions stored in ${report.output}`,
    `errors: ${percent(report.errorRate)}`,
    ...errorLines(report),
    `telemetry: ${percent(overhead.share)} of the CPU time, estimated: ${whole(overhead.calls)} decorated calls × ` +
      `${whole(overhead.nanosPerCall)} ns, calibrated after the run (--compare measures all of it)`,
    journalLine(report.journal),
  ].join('\n');
}

function journalLine(journal: JournalReport | undefined): string {
  if (journal === undefined) return 'journal: not open, so nothing was put on record';
  const { directory, size, checked, root, seconds, failure } = journal;
  const found =
    failure === undefined
      ? `verified in ${seconds.toFixed(1)} s, root ${root}`
      : `NOT AS RECORDED: ${failure}`;
  return `journal: ${whole(size)} entries in ${directory}, ${whole(checked)} of them kept: ${found}`;
}

function errorLines({ errors, firstErrors }: RunReport): string[] {
  return Object.entries(errors).map(
    ([name, count]) => `  ${whole(count)} × ${firstErrors[name]?.slice(0, MAX_ERROR_LENGTH) ?? name}`,
  );
}

function stageTable(stages: readonly StageFigures[]): string {
  const header = ['stage', 'calls', 'errors', 'error rate', 'p50 ms', 'p95 ms', 'p99 ms'];
  const rows = stages.map(({ stage, calls, errors, p50, p95, p99 }) => [
    stage,
    whole(calls),
    whole(errors),
    calls > 0 ? percent(errors / calls) : '–',
    milliseconds(p50),
    milliseconds(p95),
    milliseconds(p99),
  ]);
  return table(header, rows);
}
