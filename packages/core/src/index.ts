export { asText } from './as-text.ts';
export { BoundedWords, MAX_ERROR_TYPES } from './bounded-words.ts';
export { ByteWriter } from './bytes/byte-writer.ts';
export { COPY_SLACK, type Fragment, fragment } from './bytes/fragment.ts';
export { CIRCUIT_STATES, type CircuitState, circuitStateOf, circuitWord } from './circuit-state.ts';
export { type Duration, monotonicMillis, parseDuration } from './clock.ts';
export { type Aggregations, type CollectOptions, Collector, type CollectorOptions } from './collector.ts';
export { counted, grouped } from './counted.ts';
export { beginningOf, cutText } from './cut-text.ts';
export { createDirectRecorder, currentRecorder, DEFAULT_DURATION_BOUNDARIES } from './direct-recorder.ts';
export { DoublingWait } from './doubling-wait.ts';
export { createEndHook } from './end-hook.ts';
export {
  describeUrl,
  describeValue,
  InstrumentError,
  type InstrumentErrorCode,
  type Problem,
} from './errors.ts';
export { EventBus, type EventBusStatistics, events } from './events/event-bus.ts';
export type { EventIteration, IterateOptions } from './events/event-iteration.ts';
export type {
  BusEvent,
  EventMap,
  EventPattern,
  MatchingNames,
  MetricRecordedEvent,
  OperationCompleteEvent,
  PhaseEndEvent,
  PhaseStartEvent,
} from './events/event-map.ts';
export type { Overflow } from './events/event-queue.ts';
export { createEventRecorder } from './events/event-recorder.ts';
export type { EventSubscription, SubscribeOptions } from './events/event-subscription.ts';
export { discard } from './fault/discard.ts';
export { isError, reasonOf } from './fault/reason-of.ts';
export { reportFault } from './fault/report-fault.ts';
export { tell } from './fault/tell.ts';
export { errorTypeOf, isAbort } from './fault/thrown.ts';
export { guardStream, writeGuarded } from './fault/write-guarded.ts';
export { endWhenAbandoned, forgetHandle } from './following/abandoned.ts';
export { follow, followObject, thenOf } from './following/follow.ts';
export type { Followed } from './following/followed.ts';
export { followStream, isStream } from './following/stream.ts';
export type {
  BindableCounter,
  BindableGauge,
  BindableHistogram,
  BindableUpDownCounter,
  BoundCounter,
  BoundRecorder,
} from './instrument/instruments.ts';
export { mergedExponential } from './merged-point.ts';
export { type CountedHistogramOptions, Meter } from './meter.ts';
export {
  DEFAULT_CARDINALITY_LIMIT,
  MeterProvider,
  type MeterProviderOptions,
  meterProvider,
} from './meter-provider.ts';
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
export { didYouMean, nearest } from './nearest.ts';
export { type NumberRange, OptionReader } from './option-reader.ts';
export {
  findPackage,
  loadPackage,
  missingPackage,
  needPackage,
  type OptionalPackage,
  packageMissing,
  requireFrom,
} from './optional-package.ts';
export { ownAttributes, ownText } from './own-text.ts';
export { placeholderIn } from './placeholder.ts';
export { processWide } from './process-wide.ts';
export type { OperationDescription, OperationRecorder, Outcome, Recorder } from './recorder.ts';
export { installRuntime, type Runtime, type RuntimeChange, runtime, type TracingState } from './runtime.ts';
export { isUnsampledBelow, sampledContextOf } from './sampled-span.ts';
export { countSelf, type SelfMetric } from './self-metrics.ts';
export { SEVERITIES, type Severity } from './severity.ts';
export type { Quantiles, SeriesSnapshot } from './snapshot.ts';
export { withSpan } from './span-context.ts';
export { markFailed, recordFailure } from './span-failure.ts';
export { bucketUpperBound } from './stream/exponential-histogram.ts';
export { EXPONENTIAL_EXEMPLARS } from './stream/magnitude.ts';
export { MAX_TIMER_MILLIS, startTimeout, within } from './timeout.ts';
export { type FoldedSeries, foldedSeries } from './twins/folded-series.ts';
export { TwinTable } from './twins/twin-table.ts';
export { UNIX_DGRAM } from './unix-dgram.ts';
export { unknownKeys } from './unknown-keys.ts';
export { UnsampledSpan } from './unsampled-span.ts';
export { SUPPRESS_TRACING, untraced } from './untraced.ts';
export {
  AGGREGATIONS,
  type AggregationOptions,
  type AttributeKeys,
  type AttributesProcessor,
  type MetricViewOptions,
} from './view.ts';
export { viewProblems } from './view-registry.ts';
export { visibleText } from './visible-text.ts';
export type { AnyFunction, ResultOf, Untyped, UntypedFunction } from './wrapping/any-function.ts';
export { type DecoratorCall, DRAFT_DIALECT, readDecoratorCall } from './wrapping/decorator-call.ts';
export { isClass } from './wrapping/is-class.ts';
export { keepShape } from './wrapping/keep-shape.ts';
