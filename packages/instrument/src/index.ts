export {
  type BindableCounter,
  type BindableGauge,
  type BindableHistogram,
  type BindableUpDownCounter,
  type BoundCounter,
  type BoundRecorder,
  events,
  InstrumentError,
  type MetricViewOptions,
  type OperationDescription,
  type OperationRecorder,
  type Outcome,
  type Problem,
  type Quantiles,
  type Recorder,
  type SeriesSnapshot,
} from '@org/instrument-core';
export {
  type InstrumentOptions,
  instrumented,
  instrumentFunction,
  instrumentPerformance,
} from '@org/instrument-decorators';
export { type Health, health } from '@org/instrument-health';
export { getMeter } from './get-meter.ts';
export { init } from './init.ts';
export type { HealthInitOptions, InitOptions, Mode, StatsdInitOptions } from './options.ts';
export type { Endpoints, Telemetry } from './telemetry.ts';
