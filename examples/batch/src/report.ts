import { table } from '@org/instrument-example-terminal';
import type { ExecutionEndedEvent } from '@org/instrument-executions';
import type { Figure } from './agreement.ts';
import type { Tally } from './tally.ts';
import type { Verification } from './verify.ts';

const MEBIBYTE = 1_024 * 1_024;
/** Longest text of an error: a path and its reason. */
const MAX_ERROR_LENGTH = 200;

/** What a run is reported by. */
export interface RunFacts {
  readonly directory: string;
  readonly manifest: string;
  readonly events: string;
  readonly metrics: string;
  readonly workers: number;
  readonly execution: ExecutionEndedEvent;
  /** Workers that ended by themselves. */
  readonly crashes: number;
  readonly tally: Tally;
  readonly figures: readonly Figure[];
  readonly verification: Verification;
}

/** What a run did; `--json` prints it as it is. */
export interface RunReport extends Omit<RunFacts, 'tally' | 'execution'> {
  readonly passed: boolean;
  readonly outcome: ExecutionEndedEvent['outcome'];
  readonly seconds: number;
  readonly files: number;
  readonly total: number | undefined;
  readonly filesPerSecond: number;
  readonly chunks: number;
  readonly failed: number;
  readonly bytes: number;
  readonly compressedBytes: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly firstErrors: Readonly<Record<string, string>>;
}

/** Puts the report together. It is passed when all figures agree and every object of the sample is as it was. */
export function createReport({ tally, execution, ...facts }: RunFacts): RunReport {
  const { figures, verification } = facts;
  const agrees = figures.every(({ shown, counted }) => shown === counted);
  const isWhole = verification.lines === tally.processed - tally.failed && verification.wrong.length === 0;
  return {
    ...facts,
    passed: agrees && isWhole && execution.outcome !== 'failed',
    outcome: execution.outcome,
    seconds: execution.durationMillis / 1_000,
    files: tally.processed,
    total: execution.total,
    filesPerSecond: execution.ratePerSecond,
    chunks: execution.chunks,
    failed: tally.failed,
    bytes: tally.bytes,
    compressedBytes: tally.compressedBytes,
    errors: Object.fromEntries(tally.errors),
    firstErrors: Object.fromEntries(tally.firstErrors),
  };
}

/** The report as text. */
export function renderReport(report: RunReport): string {
  const { files, total, seconds, bytes, compressedBytes, verification } = report;
  const rows = report.figures.map(({ name, shown, counted }) => [
    name,
    whole(shown),
    whole(counted),
    shown === counted ? '' : 'DIFFERS',
  ]);
  return [
    table(['figure', '/metrics', 'counted', ''], rows),
    '',
    `${report.outcome}: ${whole(files)} of ${whole(total ?? files)} files in ${seconds.toFixed(1)} s, ` +
      `${whole(report.filesPerSecond)}/s, by ${report.workers} workers, in ${whole(report.chunks)} chunks`,
    `${mebibytes(bytes)} became ${mebibytes(compressedBytes)}: ${percent(compressedBytes, bytes)}`,
    ...Object.entries(report.errors).map(
      ([name, count]) =>
        `  ${whole(count)} × ${report.firstErrors[name]?.slice(0, MAX_ERROR_LENGTH) ?? name}`,
    ),
    ...(report.crashes > 0 ? [`${report.crashes} workers crashed`] : []),
    `verified: ${whole(verification.checked)} of ${whole(verification.lines)} objects decompressed and hashed, ` +
      `${whole(verification.wrong.length)} of them wrong`,
    ...verification.wrong.map((path) => `  wrong: ${path}`),
    `${report.passed ? 'passed' : 'FAILED'}: ${report.manifest}`,
  ].join('\n');
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function mebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
}

function percent(part: number, of: number): string {
  return of === 0 ? '–' : `${((part / of) * 100).toFixed(1)} %`;
}
