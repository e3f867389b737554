import { table } from '@org/instrument-example-terminal';
import { mebibytes, percent, whole } from '../numbers.ts';
import type { Received } from './sink.ts';
import { type Cost, type Difference, type Lap, noiseOf, overheadOf } from './statistics.ts';

/** The overhead that must not be reached, and the one to aim for. */
const REQUIRED = 0.05;
const AIM = 0.01;

/** Judgement of an overhead: where all of its interval lies. */
export type Verdict = 'within the aim' | 'within the requirement' | 'too much' | 'undecided' | 'not measured';

/** CPU and wall time per file, against `mode: 'disabled'`. */
export type Overhead = Readonly<Record<Cost, Difference>>;

/** What a comparison has found; `--json` prints it as it is. */
export interface ComparisonReport {
  /** Processes of each role. */
  readonly rounds: number;
  /** Files of a turn. */
  readonly limit: number;
  /** Files that were measured in each process. */
  readonly files: number;
  /** Files before that. */
  readonly warmUp: number;
  /** Share of the files that `sampled` traces. */
  readonly sampling: number;
  /** Everything on, traces sampled. */
  readonly sampled: Overhead & { readonly verdict: Verdict };
  /** Everything on, every file traced. */
  readonly traced: Overhead & { readonly verdict: Verdict };
  /** Differences between the two processes without telemetry. */
  readonly noise: Overhead;
  /** What was sent with everything on, by path, and what was scraped. */
  readonly received: Readonly<Record<string, Received>>;
}

/** Puts the report of a comparison together. */
export function createComparisonReport(
  laps: readonly Lap[],
  { sampling, limit, warmUp }: Pick<ComparisonReport, 'sampling' | 'limit' | 'warmUp'>,
  received: Readonly<Record<string, Received>>,
): ComparisonReport {
  const judged = (role: 'sampled' | 'traced'): ComparisonReport['sampled'] => {
    const cpuMillis = overheadOf(laps, role, 'cpuMillis');
    return { cpuMillis, wallMillis: overheadOf(laps, role, 'wallMillis'), verdict: verdict(cpuMillis) };
  };
  return {
    rounds: laps.length,
    files: laps[0]?.disabled.files ?? 0,
    limit,
    warmUp,
    sampling,
    sampled: judged('sampled'),
    traced: judged('traced'),
    noise: { cpuMillis: noiseOf(laps, 'cpuMillis'), wallMillis: noiseOf(laps, 'wallMillis') },
    received,
  };
}

/** The report as text. */
export function renderComparison(report: ComparisonReport): string {
  const { rounds, files, limit, warmUp, sampling, sampled, traced, noise } = report;
  const sent = Object.entries(report.received).map(
    ([path, { requests, bytes }]) => `${path} ${whole(requests)} × (${mebibytes(bytes)})`,
  );
  const rows: [string, Overhead][] = [
    [`on, ${percent(sampling)} of the files traced`, sampled],
    ['on, every file traced', traced],
    ['off again: the noise', noise],
  ];
  return [
    `${rounds} fresh processes of each kind, one of each at a time, in turns over the same ${whole(limit)} files:`,
    `${whole(files)} files measured in each, after ${whole(warmUp)} of warm-up.`,
    "off: mode 'disabled'; on: metrics with /metrics scraped in each turn and OTLP every 5 s of turns, traces with a span per",
    `file and per stage sent by OTLP in batches, a journal of every file, all of it flushed within the time. Received: ${sent.join(', ')}`,
    '',
    table(
      ['per file, against off', 'CPU', '95 % confidence', 'wall', '95 % confidence'],
      rows.map(([name, { cpuMillis, wallMillis }]) => [name, ...cells(cpuMillis), ...cells(wallMillis)]),
    ),
    '',
    'CPU: time of all threads of the process, those of the garbage collector and of exports too; wall: time that passed.',
    'Hodges–Lehmann estimate of the ratios and its interval by the signed-rank test: no single process decides.',
    `required: under ${percent(REQUIRED)}, aim: under ${percent(AIM)} of CPU time, by the whole interval`,
    `sampled: ${sampled.verdict}; every file traced: ${traced.verdict}`,
  ].join('\n');
}

function cells({ estimate, low, high }: Difference): string[] {
  return [percent(estimate), `${percent(low)} … ${percent(high)}`];
}

function verdict({ estimate, low, high }: Difference): Verdict {
  if (Number.isNaN(estimate)) return 'not measured';
  if (high < AIM) return 'within the aim';
  if (high < REQUIRED) return 'within the requirement';
  return low >= REQUIRED ? 'too much' : 'undecided';
}
