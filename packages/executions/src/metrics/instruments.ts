import type { BindableCounter, BindableHistogram, Meter } from '@org/instrument-core';
import type { ExecutionSeries } from './series.ts';

/** Upper bounds of executions, in seconds: from small jobs to a night's work. */
const EXECUTION_SECONDS = [
  0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 28_800,
];
const CHUNK_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** The instruments that executions of one name record into. */
export interface Instruments {
  readonly executions: BindableHistogram;
  readonly chunks: BindableHistogram;
  readonly errors: BindableCounter;
  readonly workersStarted: BindableCounter;
  readonly workersEnded: BindableCounter;
}

/** Creates what is recorded into. */
export function createInstruments(meter: Meter, name: string): Instruments {
  const counter = (suffix: string, unit: string, description: string) =>
    meter.createCounter(`${name}.${suffix}`, { unit, description });
  return {
    executions: meter.createCountedHistogram(`${name}.execution.duration`, {
      description: 'Duration of executions',
      unit: 's',
      advice: { explicitBucketBoundaries: EXECUTION_SECONDS },
      count: {
        name: `${name}.executions`,
        description: 'Executions that ended',
        unit: '{execution}',
      },
    }),
    chunks: meter.createCountedHistogram(`${name}.chunk.duration`, {
      description: 'Duration of chunks',
      unit: 's',
      advice: { explicitBucketBoundaries: CHUNK_SECONDS },
      count: { name: `${name}.chunks`, description: 'Chunks that ended', unit: '{chunk}' },
    }),
    errors: counter('errors', '{error}', 'Items, chunks, workers and executions that failed, by scope'),
    workersStarted: counter('workers.started', '{worker}', 'Workers that have begun'),
    workersEnded: counter('workers.ended', '{worker}', 'Workers that have ended, by reason'),
  };
}

/** What is looked at when it is collected. */
const SHOWN: readonly Shown[] = [
  {
    create: 'createObservableCounter',
    suffix: 'items.processed',
    unit: '{item}',
    description: 'Items that were processed, failed ones included',
    figureOf: (series) => series.processed,
  },
  {
    create: 'createObservableCounter',
    suffix: 'items.failed',
    unit: '{item}',
    description: 'Items that failed',
    figureOf: (series) => series.failed,
  },
  {
    create: 'createObservableUpDownCounter',
    suffix: 'items.remaining',
    unit: '{item}',
    description: 'Items that running executions have left',
    figureOf: (series) => series.remaining,
  },
  {
    create: 'createObservableUpDownCounter',
    suffix: 'queue.depth',
    unit: '{item}',
    description: 'Items that wait',
    figureOf: (series) => series.queued,
  },
  {
    create: 'createObservableUpDownCounter',
    suffix: 'workers.active',
    unit: '{worker}',
    description: 'Workers that are at work',
    figureOf: (series) => series.activeWorkers,
  },
  {
    create: 'createObservableUpDownCounter',
    suffix: 'workers.idle',
    unit: '{worker}',
    description: 'Workers that have nothing to do',
    figureOf: (series) => series.idleWorkers,
  },
  {
    create: 'createObservableUpDownCounter',
    suffix: 'executions.active',
    unit: '{execution}',
    description: 'Executions that have not ended',
    figureOf: (series) => series.running,
  },
  {
    create: 'createObservableGauge',
    suffix: 'throughput',
    unit: '{item}/s',
    description: 'Items per second, as of the last ten seconds',
    figureOf: (series) => series.throughput,
  },
];

interface Shown {
  readonly create: 'createObservableCounter' | 'createObservableUpDownCounter' | 'createObservableGauge';
  readonly suffix: string;
  readonly unit: string;
  readonly description: string;
  /** `undefined`: the series has no such figure. */
  figureOf(series: ExecutionSeries): number | undefined;
}

/** Creates what is looked at when it is collected. */
export function showSeries(meter: Meter, name: string, all: () => Iterable<ExecutionSeries>): void {
  for (const { create, suffix, unit, description, figureOf } of SHOWN) {
    meter[create](`${name}.${suffix}`, { unit, description }).addCallback((result) => {
      for (const series of all()) {
        const figure = figureOf(series);
        if (figure !== undefined) result.observe(figure, series.labels);
      }
    });
  }
}
