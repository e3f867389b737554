import type { Attributes } from '@opentelemetry/api';
import type { CircuitState, Severity } from '@org/instrument-core';
import type { ConnectionState } from './records.ts';

/** What all events of pipelines say. */
export interface PipelineEvent {
  /** Name of the recorder. */
  readonly pipeline: string;
  /** All labels that are no fields of their own: those of the recorder, and those of the record. */
  readonly labels: Attributes;
  /** Unix time in milliseconds. */
  readonly timestampMillis: number;
  /** Trace that was active; `undefined` where there was none. */
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
}

/** A part of a pipeline failed. */
export interface PipelineErrorEvent extends PipelineEvent {
  readonly type: string;
  readonly component: string;
  readonly severity: Severity;
  /** Message of the error, with those of its causes; `undefined` when no error was given. */
  readonly reason: string | undefined;
}

/** A circuit breaker has changed its state. The first report of one is a change only if it is not `closed`. */
export interface CircuitChangedEvent extends PipelineEvent {
  readonly circuit: string;
  readonly from: CircuitState;
  readonly to: CircuitState;
  readonly reason: string | undefined;
}

/** A connection has changed its state. The first report of one is a change only if it is `disconnected` or `reconnecting`. */
export interface ConnectionChangedEvent extends PipelineEvent {
  readonly connection: string;
  readonly from: ConnectionState;
  readonly to: ConnectionState;
  readonly reason: string | undefined;
}

/** Names and payloads of the events of pipelines. */
export interface PipelineEventMap {
  'pipeline.error': PipelineErrorEvent;
  'pipeline.circuit.changed': CircuitChangedEvent;
  'pipeline.connection.changed': ConnectionChangedEvent;
}

declare module '@org/instrument-core' {
  interface EventMap extends PipelineEventMap {}
}
