import { table } from '@org/instrument-example-terminal';
import type { MoveReason } from './balance/router.ts';
import type { DurationFigures } from './durations.ts';
import type { ReadinessChange } from './health/follow.ts';
import type { IncidentFigures } from './incidents.ts';
import type { LoadFigures } from './load/protocol.ts';

/** What a run did; `--json` prints it as it is. Durations are in milliseconds. */
export interface RunReport {
  /** Every frame has one answer, and it is right. */
  readonly passed: boolean;
  readonly seconds: number;
  readonly workers: number;
  readonly streams: number;
  readonly frames: LoadFigures & {
    /** Frames that have no answer. */
    readonly lost: number;
  };
  /** Streams moved to another worker, by reason. */
  readonly moved: Readonly<Record<MoveReason, number>>;
  /** From the loss of a stream's worker to the first answer of the next. */
  readonly interruption: DurationFigures;
  readonly incidents: IncidentFigures;
  readonly respawned: number;
  /** Connections of clients that were cut. */
  readonly cuts: number;
  /** How often all workers were killed at once. */
  readonly outages: number;
  /** Whether it was ready at first, and each change of that until it was drained. */
  readonly readiness: readonly ReadinessChange[];
}

/** What a {@link RunReport} is made of. */
export interface RunFacts extends Omit<RunReport, 'passed' | 'frames'> {
  readonly load: LoadFigures;
}

/** Puts the report of a run together. */
export function createReport({ load, ...facts }: RunFacts): RunReport {
  const isExact = load.duplicates === 0 && load.outOfOrder === 0 && load.wrong === 0;
  return {
    passed: load.verified === load.sent && isExact,
    ...facts,
    frames: { ...load, lost: load.sent - load.answered },
  };
}

/** The report as text. */
export function renderReport(report: RunReport): string {
  const { frames, moved, incidents, interruption } = report;
  const counts: [string, number][] = [
    ['frames sent', frames.sent],
    ['frames answered', frames.answered],
    ['frames verified', frames.verified],
    ['frames lost', frames.lost],
    ['answered twice', frames.duplicates],
    ['out of order', frames.outOfOrder],
    ['wrong answers', frames.wrong],
    ['frames sent again by clients', frames.resent],
    ['client connections cut', report.cuts],
    ['streams moved: worker lost', moved.lost],
    ['streams moved: worker unhealthy', moved.unhealthy],
    ['streams moved: rebalanced', moved.rebalanced],
    ['workers killed', incidents.killed],
    ['  all of them at once', report.outages],
    ['workers frozen', incidents.frozen],
    ['workers respawned', report.respawned],
    ['readiness changes', Math.max(0, report.readiness.length - 1)],
  ];
  const durations: [string, DurationFigures][] = [
    ['blow to unhealthy', incidents.detection],
    ['blow to back in service', incidents.recovery],
    ['stream without a worker', interruption],
    ['frame to answer', frames.latency],
  ];
  return [
    table(
      ['', 'count'],
      counts.map(([what, count]) => [what, whole(count)]),
    ),
    '',
    table(
      ['', 'times', 'p50 ms', 'max ms'],
      durations.map(([what, { count, p50, max }]) => [what, whole(count), millis(p50), millis(max)]),
    ),
    '',
    verdict(report),
  ].join('\n');
}

function verdict({ passed, frames, streams, workers, seconds }: RunReport): string {
  const run = `${streams} streams over ${workers} workers in ${seconds.toFixed(1)} s`;
  if (passed) return `passed: ${run}, every frame answered once, in order and right`;
  return `FAILED: ${run}, ${whole(frames.verified)} of ${whole(frames.sent)} frames answered right, see above`;
}

/** `12,345` */
export function whole(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

function millis(value: number | undefined): string {
  if (value === undefined) return '–';
  return value < 10 ? value.toFixed(2) : value.toFixed(0);
}
