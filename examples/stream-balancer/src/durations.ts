import { createHistogram } from 'node:perf_hooks';

/** Figures of durations, in milliseconds. */
export interface DurationFigures {
  readonly count: number;
  /** `undefined`, as is `max`, when there were none. */
  readonly p50: number | undefined;
  readonly max: number | undefined;
}

/** Durations of one kind. Takes as much memory for a million as for one. */
export interface Durations {
  /** Takes a duration in milliseconds in. */
  record(millis: number): void;
  figures(): DurationFigures;
}

/** Remembers durations with a resolution of a microsecond. */
export function createDurations(): Durations {
  const micros = createHistogram();
  return {
    record: (millis) => micros.record(Math.max(1, Math.round(millis * 1000))),
    figures: () =>
      micros.count === 0
        ? { count: 0, p50: undefined, max: undefined }
        : { count: micros.count, p50: micros.percentile(50) / 1000, max: micros.max / 1000 },
  };
}
