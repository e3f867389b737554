import type { Attributes, SpanContext } from '@opentelemetry/api';

/**
 * How a call ended. `ignored` leaves no trace in the metrics; any other word is one of the bounded set that the
 * user's `classify` may return.
 */
export type Outcome = 'ok' | 'error' | 'cancelled' | 'ignored' | (string & {});

/** An instrumented function, described once. */
export interface OperationDescription {
  /** Metric prefix and span name: `orders.place`. */
  readonly name: string;
  /** Value of the `function` label: `Orders.place`. */
  readonly function: string;
  /** Labels of every series of this operation. */
  readonly labels: Attributes;
  /** Unit of `<name>.duration`. */
  readonly unit: 's' | 'ms';
  /** Upper bounds of the duration histogram, in `unit`; the default bounds when left out. */
  readonly buckets?: readonly number[] | undefined;
  /** Service level objective: `target` of the calls (0 to 1) end well within `latencyMillis`. */
  readonly slo?: { readonly target: number; readonly latencyMillis: number } | undefined;
  /** Whether the function yields items (generators, streams), so that item metrics exist. */
  readonly streaming: boolean;
}

/** Where instrumented functions send what they measure: the direct recorder, the event recorder, or a user's own. */
export interface Recorder {
  /** Called once per instrumented function and per installation of the recorder; the result is kept and called. */
  operation(description: OperationDescription): OperationRecorder;
}

/**
 * What an instrumented function talks to while it runs. No method may throw; a throwing one is contained by the
 * caller and counted. All times are milliseconds of `monotonicMillis`.
 */
export interface OperationRecorder {
  /** A call begins. What is returned is handed to `end`; the direct recorder returns nothing. */
  begin(startMillis: number): unknown;
  /**
   * The call has ended. `errorType` is `'none'`, the class of the error, or the word of the classifier; `attributes`
   * are the user's low-cardinality ones; `spanContext` is that of the call's sampled span.
   */
  end(
    token: unknown,
    startMillis: number,
    endMillis: number,
    success: boolean,
    errorType: string,
    attributes: Attributes | undefined,
    spanContext: SpanContext | undefined,
  ): void;
  /** A call ended with the outcome `ignored`: only the count of active calls changes. */
  ignore(token: unknown): void;
  /** A streaming call gave its first item, `millis` after it began. */
  firstItem(millis: number): void;
  /** A streaming call ended (or paused) after `count` further items. */
  items(count: number): void;
}
