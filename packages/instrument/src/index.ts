export { type Audit, audit, audited, personal } from '@org/instrument-audit';
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
export { trackExecution } from '@org/instrument-executions/track';
export { type Health, health } from '@org/instrument-health';
export type { SystemOptions } from '@org/instrument-system';
export { getMeter } from './get-meter.ts';
export { init } from './init.ts';
export type {
  AuditInitOptions,
  ChannelsInitOptions,
  HealthInitOptions,
  InitOptions,
  Mode,
  StatsdInitOptions,
} from './options.ts';
export type { Endpoints, Telemetry } from './telemetry.ts';
