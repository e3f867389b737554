import { table } from '@org/instrument-example-terminal';
import { mebibytes, percent, whole } from '../numbers.ts';
import type { Received } from './sink.ts';
import { type Cost, type Differences, type Lap, noiseOf, overheadOf } from './statistics.ts';

/** The overhead that must not be reached, and the one to aim for. */
const REQUIRED = 0.05;
const AIM = 0.01;

/** Judgement of an overhead. */
export type Verdict = 'within the aim' | 'within the requirement' | 'too much' | 'not measured';

/** CPU and wall time per file, against `mode: 'disabled'`. */
export type Overhead = Readonly<Record<Cost, Differences>>;

/** What a comparison has found; `--json` prints it as it is. */
export interface ComparisonReport {
  /** Rounds of each role. */
  readonly rounds: number;
  /** Files per round. */
  readonly files: number;
  /** Share of the files that `sampled` traces. */
  readonly sampling: number;
  /** Everything on, traces sampled. */
  readonly sampled: Overhead & { readonly verdict: Verdict };
  /** Everything on, every file traced. */
  readonly traced: Overhead & { readonly verdict: Verdict };
  /** Differences between two rounds without telemetry. */
  readonly noise: Overhead;
  /** What was sent with everything on, by path, and what was scraped. */
  readonly received: Readonly<Record<string, Received>>;
}

/** Puts the report of a comparison together. */
export function createComparisonReport(
  laps: readonly Lap[],
  sampling: number,
  received: Readonly<Record<string, Received>>,
): ComparisonReport {
  const judged = (role: 'sampled' | 'traced'): ComparisonReport['sampled'] => {
    const cpuMillis = overheadOf(laps, role, 'cpuMillis');
    return {
      cpuMillis,
      wallMillis: overheadOf(laps, role, 'wallMillis'),
      verdict: verdict(cpuMillis.median),
    };
  };
  return {
    rounds: laps.length,
    files: laps[0]?.disabled.files ?? 0,
    sampling,
    sampled: judged('sampled'),
    traced: judged('traced'),
    noise: { cpuMillis: noiseOf(laps, 'cpuMillis'), wallMillis: noiseOf(laps, 'wallMillis') },
    received,
  };
}

/** The report as text. */
export function renderComparison(report: ComparisonReport): string {
  const { rounds, files, sampling, sampled, traced, noise } = report;
  const sent = Object.entries(report.received).map(
    ([path, { requests, bytes }]) => `${path} ${whole(requests)} × (${mebibytes(bytes)})`,
  );
  const rows: [string, Overhead][] = [
    [`on, ${percent(sampling)} of the files traced`, sampled],
    ['on, every file traced', traced],
    ['off again: the noise', noise],
  ];
  return [
    `${rounds} rounds of ${whole(files)} files each, in turn, in one process at a time, against mode 'disabled'.`,
    'on: metrics with /metrics scraped every second and OTLP every 5 s, traces with a span per file and per stage',
    `sent by OTLP in batches, all of it flushed within the round. Received: ${sent.join(', ')}`,
    '',
    table(
      ['per file', 'CPU', '95 % confidence', 'wall', '95 % confidence'],
      rows.map(([name, { cpuMillis, wallMillis }]) => [name, ...cells(cpuMillis), ...cells(wallMillis)]),
    ),
    '',
    `required: under ${percent(REQUIRED)}, aim: under ${percent(AIM)} of CPU time`,
    `sampled: ${sampled.verdict}; every file traced: ${traced.verdict}`,
  ].join('\n');
}

function cells({ median, low, high }: Differences): string[] {
  return [percent(median), `${percent(low)} … ${percent(high)}`];
}

function verdict(overhead: number): Verdict {
  if (Number.isNaN(overhead)) return 'not measured';
  if (overhead < AIM) return 'within the aim';
  return overhead < REQUIRED ? 'within the requirement' : 'too much';
}
