import { mebibytes, percent, whole } from '../numbers.ts';
import { table } from '../table.ts';
import type { Received } from './sink.ts';
import { type Differences, noiseOf, overheadOf, type Triple } from './statistics.ts';

/** The overhead that must not be reached, and the one to aim for. */
const REQUIRED = 0.05;
const AIM = 0.01;

/** What a comparison has found; `--json` prints it as it is. */
export interface ComparisonReport {
  readonly rounds: number;
  /** Files per round. */
  readonly files: number;
  readonly cpu: Differences;
  readonly wall: Differences;
  /** Differences between two rounds without telemetry. */
  readonly noise: { readonly cpu: Differences; readonly wall: Differences };
  /** What the process with everything on has sent, by path, and what was scraped of it. */
  readonly received: Readonly<Record<string, Received>>;
  readonly verdict: 'within the aim' | 'within the requirement' | 'too much' | 'not measured';
}

/** Puts the report of a comparison together. */
export function createComparisonReport(
  triples: readonly Triple[],
  received: ReadonlyMap<string, Received>,
  scrapes: Received,
): ComparisonReport {
  const cpu = overheadOf(triples, 'cpuMillis');
  return {
    rounds: triples.length,
    files: triples[0]?.everything.files ?? 0,
    cpu,
    wall: overheadOf(triples, 'wallMillis'),
    noise: { cpu: noiseOf(triples, 'cpuMillis'), wall: noiseOf(triples, 'wallMillis') },
    received: { ...Object.fromEntries(received), '/metrics': scrapes },
    verdict: verdict(cpu.median),
  };
}

/** The report as text. */
export function renderComparison(report: ComparisonReport): string {
  const sent = Object.entries(report.received).map(
    ([path, { requests, bytes }]) => `${path} ${whole(requests)} × (${mebibytes(bytes)})`,
  );
  const row = (name: string, { median, low, high }: Differences): string[] => [
    name,
    percent(median),
    `${percent(low)} … ${percent(high)}`,
  ];
  return [
    `${report.rounds} rounds of ${whole(report.files)} files in each mode, in turn, in one process at a time, same files`,
    "off: mode 'disabled'. on: metrics with /metrics scraped every second and OTLP every 5 s, traces with a span per",
    '     file and stage, all of them sampled (the default sampler), sent by OTLP in batches; flushed in each round.',
    `received: ${sent.join(', ')}`,
    '',
    table(
      ['per file', 'median', '95 % confidence'],
      [
        row('CPU, on against off', report.cpu),
        row('CPU, off against off', report.noise.cpu),
        row('wall, on against off', report.wall),
        row('wall, off against off', report.noise.wall),
      ],
    ),
    '',
    `overhead: ${percent(report.cpu.median)} of CPU time: ${report.verdict} (required: under ${percent(REQUIRED)}, aim: under ${percent(AIM)})`,
  ].join('\n');
}

function verdict(overhead: number): ComparisonReport['verdict'] {
  if (Number.isNaN(overhead)) return 'not measured';
  if (overhead < AIM) return 'within the aim';
  return overhead < REQUIRED ? 'within the requirement' : 'too much';
}
