import type { Attributes, DiagLogger } from '@opentelemetry/api';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { EventBus, MeterProvider, type SeriesSnapshot } from '@org/instrument-core';
import { createPipelineRecorder } from '../../src/pipeline/create-recorder.ts';
import type { PipelineRecorder, PipelineRecorderOptions } from '../../src/pipeline/recorder.ts';

/** A recorder with a provider and a bus of its own, and ways to look at what it recorded. */
export interface Bed {
  readonly recorder: PipelineRecorder;
  readonly provider: MeterProvider;
  readonly bus: EventBus;
  /** Series of a metric. */
  series(name: string): SeriesSnapshot[];
  /** Value of the only series of a metric that has these labels among its own; `undefined` when there is none. */
  value(name: string, labels?: Attributes): number | undefined;
  /** The same of a histogram's count. */
  count(name: string, labels?: Attributes): number | undefined;
  /** Faults counted under the recorder's name so far. */
  faults(): number;
}

let beds = 0;

export function createBed(options: PipelineRecorderOptions = {}): Bed {
  const provider = new MeterProvider({});
  const bus = new EventBus();
  // Faults are counted by the name, for the whole process.
  const name = `ingest${++beds}`;
  const recorder = createPipelineRecorder(name, { meterProvider: provider, events: bus, ...options });
  const series = (metric: string): SeriesSnapshot[] =>
    provider.snapshot().filter((each) => each.name === metric.replace('ingest', name));
  const one = (metric: string, labels: Attributes = {}): SeriesSnapshot | undefined => {
    const found = series(metric).filter(({ attributes }) =>
      Object.entries(labels).every(([key, value]) => attributes[key] === value),
    );
    if (found.length > 1) throw new Error(`${found.length} series of ${metric} have these labels`);
    return found[0];
  };
  return {
    recorder,
    provider,
    bus,
    series,
    value: (metric, labels) => one(metric, labels)?.value,
    count: (metric, labels) => one(metric, labels)?.count,
    faults: () =>
      provider
        .snapshot()
        .find((each) => each.name === 'instrument.faults' && each.attributes.component === name)?.value ?? 0,
  };
}

/** Collects what is said to `diag`. Returns the lines, and what ends it. */
export function listenToDiag(): { readonly lines: string[]; stop(): void } {
  const lines: string[] = [];
  const note = (message: string): number => lines.push(message);
  const logger: DiagLogger = { error: note, warn: note, info: note, debug: note, verbose: note };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  return { lines, stop: () => diag.disable() };
}
