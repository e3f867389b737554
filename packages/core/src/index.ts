export { type Duration, monotonicMillis, parseDuration } from './clock.ts';
export { describeValue, InstrumentError, type InstrumentErrorCode, type Problem } from './errors.ts';
export {
  type BusEvent,
  EventBus,
  type EventBusStatistics,
  type EventIteration,
  type EventMap,
  events,
  type IterateOptions,
  type MetricRecordedEvent,
  type OperationCompleteEvent,
  type PhaseEndEvent,
  type PhaseStartEvent,
} from './event-bus.ts';
export type {
  CollectedMetric,
  CollectedScope,
  Collection,
  Exemplar,
  ExponentialBuckets,
  ExponentialHistogramValue,
  HistogramValue,
  InstrumentationScope,
  InstrumentType,
  MetricDescriptor,
  MetricKind,
  MetricPoint,
  Temporality,
} from './metric.ts';
export type { OperationDescription, OperationRecorder, Outcome, Recorder } from './recorder.ts';
export { installRuntime, type Runtime, type RuntimeChange, runtime, type TracingState } from './runtime.ts';
export type { AggregationOptions, AttributeKeys, AttributesProcessor, MetricViewOptions } from './view.ts';
