export type { CircuitState, Severity } from '@org/instrument-core';
export { type ProgressBar, type ProgressBarOptions, progressBar } from './bar/progress-bar.ts';
export type {
  ChunkCompletedEvent,
  ErrorSummary,
  ExecutionEndedEvent,
  ExecutionEvent,
  ExecutionEventMap,
  ExecutionOutcome,
  ExecutionProgressEvent,
  ExecutionStartedEvent,
  WorkerEnd,
  WorkerEndedEvent,
  WorkerStartedEvent,
} from './events.ts';
export type {
  ExecutionChunk,
  ExecutionOptions,
  ExecutionRun,
  ExecutionWorker,
  ItemCounter,
} from './execution.ts';
export { addExecutionHooks, type ExecutionFailure, type ExecutionHooks, type FailureScope } from './hooks.ts';
export { instrumentedMap } from './map/instrumented-map.ts';
export { instrumentedStream } from './map/instrumented-stream.ts';
export { MapError, type MapFailure } from './map/map-error.ts';
export type { Mapper } from './map/mapping.ts';
export type { MapOptions } from './map/options.ts';
export type { Items } from './map/source.ts';
export { createPipelineRecorder } from './pipeline/create-recorder.ts';
export { pipeline } from './pipeline/default-recorder.ts';
export type {
  CircuitChangedEvent,
  ConnectionChangedEvent,
  PipelineErrorEvent,
  PipelineEvent,
  PipelineEventMap,
} from './pipeline/events.ts';
export type { PipelineRecorder, PipelineRecorderOptions } from './pipeline/recorder.ts';
export type {
  CacheRecord,
  CacheResult,
  CircuitRecord,
  ConnectionRecord,
  ConnectionState,
  DataVolumeRecord,
  DeduplicationRecord,
  Direction,
  ErrorRecord,
  EventRecord,
  QueueDepthRecord,
  RetryRecord,
} from './pipeline/records.ts';
export { instrumentPool } from './pool/instrument-pool.ts';
export type { PoolOptions, WorkerOptions } from './pool/options.ts';
export { trackWorker } from './pool/track-worker.ts';
export { WorkerExit } from './pool/watch-thread.ts';
export type { Watching } from './pool/watching.ts';
export type { PoolTimes, WorkerPool } from './pool/worker-pool.ts';
export type { Progress } from './progress.ts';
export { trackExecution } from './track-execution.ts';
