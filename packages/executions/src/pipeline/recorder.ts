import type { EventBus, MeterProvider } from '@org/instrument-core';
import type { Labels } from '../labels.ts';
import type {
  CacheRecord,
  CacheResult,
  CircuitRecord,
  ConnectionRecord,
  DataVolumeRecord,
  DeduplicationRecord,
  ErrorRecord,
  EventRecord,
  QueueDepthRecord,
  RetryRecord,
} from './records.ts';

/** Options of {@link createPipelineRecorder}. */
export interface PipelineRecorderOptions {
  /**
   * Labels of every series: `{ site: 'north' }`. None that the verbs have for themselves; values that are `undefined` or `null` are
   * left out. Default none.
   */
  readonly labels?: Labels | undefined;
  /** Upper bounds of `<name>.event.duration`, in seconds, ascending. Default 100 µs to 10 s, those of instrumented functions. */
  readonly buckets?: readonly number[] | undefined;
  /** Where metrics go. Default the process' meter provider. */
  readonly meterProvider?: MeterProvider | undefined;
  /** Where events go. Default the bus of the process. */
  readonly events?: EventBus | undefined;
}

/**
 * Records what happens in a pipeline of events. The verbs need no `this`, return at once, and never throw, whatever they
 * are given: what is wrong is left out, or becomes `unknown` where it is a label, and is counted in
 * `instrument.faults{component="<name>"}`. They do nothing while the runtime is `disabled`. Metrics of a verb exist from
 * its first use.
 */
export interface PipelineRecorder {
  /** What the names of the metrics begin with. */
  readonly name: string;
  /** An event was dealt with: `<name>.event.duration` and its count, `<name>.events`. */
  readonly recordEvent: (event: EventRecord) => void;
  /** A part failed: `<name>.errors`, and the event `pipeline.error`. */
  readonly recordError: (error: ErrorRecord) => void;
  /** Something is tried again: `<name>.retries`, `<name>.retry.attempt`, `<name>.retry.delay`. */
  readonly recordRetry: (retry: RetryRecord) => void;
  /** A breaker stands so: `<name>.circuit.state`, `<name>.circuit.transitions`, and the event `pipeline.circuit.changed`. */
  readonly recordCircuitState: (circuit: CircuitRecord) => void;
  /**
   * A connection stands so: `<name>.connection.state`, `<name>.connection.transitions`, `<name>.connection.reconnects`,
   * `<name>.connection.uptime`, and the event `pipeline.connection.changed`.
   */
  readonly recordConnectionState: (connection: ConnectionRecord) => void;
  /** Data came in or went out: `<name>.data.volume`. */
  readonly recordDataVolume: (volume: DataVolumeRecord) => void;
  /** Duplicates were looked for: `<name>.deduplication.checked`, `<name>.deduplication.duplicates`. */
  readonly recordDeduplication: (deduplication: DeduplicationRecord) => void;
  /** So much waits: `<name>.queue.depth`, `<name>.queue.capacity`, `<name>.queue.utilization`. */
  readonly recordQueueDepth: (queue: QueueDepthRecord) => void;
  /** A cache was asked, `recordCache('hit')` for the only one there is: `<name>.cache.requests`. */
  readonly recordCache: (access: CacheResult | CacheRecord) => void;
}
