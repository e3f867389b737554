import type { Attributes, ObservableResult } from '@opentelemetry/api';
import type { BindableHistogram, Meter } from '@org/instrument-core';
import type { PoolTimes, WorkerPool } from './worker-pool.ts';

const TASK_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const QUANTILES = [
  [0.5, 'p50'],
  [0.9, 'p90'],
  [0.99, 'p99'],
] as const;

/** Durations of tasks, from when they are given to the pool until they are done. */
export function taskDurations(meter: Meter, name: string): BindableHistogram {
  return meter.createCountedHistogram(`${name}.task.duration`, {
    description: 'Duration of tasks, their time in the queue included',
    unit: 's',
    advice: { explicitBucketBoundaries: TASK_SECONDS },
    count: { name: `${name}.tasks`, description: 'Tasks that ended', unit: '{task}' },
  });
}

/** Shows what a pool says of itself. Returns the function that ends it. */
export function showPool(meter: Meter, name: string, labels: Attributes, pool: WorkerPool): () => void {
  const shown = [
    show(
      meter,
      `${name}.utilization`,
      '1',
      'Share of the time of all workers spent on tasks, since the start',
      (result) => {
        const { utilization } = pool;
        if (utilization !== undefined && isTimed(pool)) result.observe(utilization, labels);
      },
    ),
    show(
      meter,
      `${name}.task.run.time`,
      's',
      'Quantiles of the time that tasks ran, since the start',
      (result) => observeTimes(result, labels, pool.histogram?.runTime),
    ),
    show(
      meter,
      `${name}.task.wait.time`,
      's',
      'Quantiles of the time that tasks waited, since the start',
      (result) => observeTimes(result, labels, pool.histogram?.waitTime),
    ),
  ];
  return () => {
    for (const end of shown) end();
  };
}

/** Piscina with `recordTiming: false` says that it is utilized by 0, whatever it does. */
function isTimed({ histogram }: WorkerPool): boolean {
  return histogram === undefined || histogram.runTime !== undefined;
}

function show(
  meter: Meter,
  name: string,
  unit: string,
  description: string,
  observe: (result: ObservableResult) => void,
): () => void {
  const gauge = meter.createObservableGauge(name, { unit, description });
  gauge.addCallback(observe);
  return () => gauge.removeCallback(observe);
}

function observeTimes(result: ObservableResult, labels: Attributes, times: PoolTimes | undefined): void {
  if (times === undefined) return;
  for (const [quantile, key] of QUANTILES) result.observe(times[key] / 1_000, { ...labels, quantile });
}
