/**
 * Names and payloads of the events on the bus. Other packages add theirs by declaration merging:
 * `declare module '@org/instrument-core' { interface EventMap { 'alert.firing': Alert } }`.
 */
export interface EventMap {
  'performance.phase.start': PhaseStartEvent;
  'performance.phase.end': PhaseEndEvent;
  'performance.operation.complete': OperationCompleteEvent;
  'performance.metric.recorded': MetricRecordedEvent;
}

/** An instrumented call has begun. */
export interface PhaseStartEvent {
  readonly operation: string;
  readonly function: string;
  /** Number of the call, unique in the process; the same in all events of the call. */
  readonly call: number;
  /** Unix time in milliseconds. */
  readonly timestampMillis: number;
}

/** An instrumented call has ended. */
export interface PhaseEndEvent extends PhaseStartEvent {
  readonly durationMillis: number;
  readonly success: boolean;
  /** `'none'`, the class of the error, or the classifier's word. */
  readonly errorType: string;
}

/** An instrumented call has ended, with all that is known of it. */
export interface OperationCompleteEvent extends PhaseEndEvent {
  readonly labels: Readonly<Record<string, unknown>>;
  /** Trace and span of the call, when it was sampled. */
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
}

/** A measurement was recorded for an instrumented call. */
export interface MetricRecordedEvent {
  readonly call: number;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly timestampMillis: number;
}

/** An event as a subscriber of several names gets it. */
export type BusEvent<Events, Name extends keyof Events = keyof Events> = {
  [K in Name]: { readonly name: K; readonly payload: Events[K] };
}[Name];

/** A pattern: `*` alone, or a prefix and a star. */
export type EventPattern = `${string}*`;

/** Names of the events that a name or pattern stands for. */
export type MatchingNames<Events, Pattern> = Pattern extends keyof Events
  ? Pattern
  : Pattern extends `${infer Prefix}*`
    ? Extract<keyof Events, `${Prefix}${string}`>
    : never;
