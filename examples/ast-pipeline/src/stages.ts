/** Stages in the order of the table, by the name that their methods are decorated with. */
export const STAGES = [
  'pipeline.discover',
  'pipeline.discover.link',
  'pipeline.read',
  'pipeline.parse',
  'pipeline.extract',
  'pipeline.store',
  'pipeline.file',
] as const;

/** What the telemetry says about one stage. Durations are in milliseconds, of the calls that succeeded. */
export interface StageFigures {
  readonly stage: string;
  readonly calls: number;
  readonly errors: number;
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly p99: number | undefined;
}

/** What is needed of a series of `telemetry.snapshot()`. */
export interface DurationSeries {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly count?: number | undefined;
  readonly quantiles?: Readonly<Record<'p50' | 'p95' | 'p99', number | undefined>> | undefined;
}

/** Reads the figures of all stages from a snapshot; the histogram `<stage>.duration` is in seconds. */
export function stageFigures(snapshot: readonly DurationSeries[]): StageFigures[] {
  return STAGES.map((stage) => {
    const series = snapshot.filter(({ name }) => name === `${stage}.duration`);
    const succeeded = series.find(({ attributes }) => String(attributes.success) === 'true');
    const calls = sum(series);
    return {
      stage,
      calls,
      errors: calls - (succeeded?.count ?? 0),
      p50: millis(succeeded?.quantiles?.p50),
      p95: millis(succeeded?.quantiles?.p95),
      p99: millis(succeeded?.quantiles?.p99),
    };
  });
}

function sum(series: readonly DurationSeries[]): number {
  return series.reduce((total, { count = 0 }) => total + count, 0);
}

function millis(seconds: number | undefined): number | undefined {
  return seconds === undefined || Number.isNaN(seconds) ? undefined : seconds * 1000;
}
