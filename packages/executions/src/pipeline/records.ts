import type { Attributes } from '@opentelemetry/api';
import type { CircuitState, Severity } from '@org/instrument-core';

/** States of a connection that is kept up. */
export type ConnectionState = 'connected' | 'connecting' | 'reconnecting' | 'disconnected';

/** Whether what was looked for was in the cache. */
export type CacheResult = 'hit' | 'miss';

/** Whether data came into the pipeline, or left it. */
export type Direction = 'in' | 'out';

/** What every record may have besides. */
interface Labelled {
  /**
   * Further labels of this series. Few values each, as every combination is a series; the names that the verbs have for
   * themselves win.
   */
  readonly attributes?: Attributes | undefined;
}

/** One event, dealt with. */
export interface EventRecord extends Labelled {
  /** Where it came from: `mqtt`, `webhook`. */
  readonly source: string;
  /** What it is about: `light`, `order`. */
  readonly domain: string;
  /** What of the domain it is about, in few words: `temperature`. A name for each device or customer is a series for each. */
  readonly entity: string;
  /** How long it took, as clocks measure it: `performance.now() - started`. */
  readonly durationMillis: number;
  /** Whether it was dealt with as it should be. */
  readonly success: boolean;
}

/** An error of a part of the pipeline. */
export interface ErrorRecord extends Labelled {
  /**
   * Class of the error: `TimeoutError`. Never a message: the metrics tell the first 50 of a recorder apart, and the rest is
   * `other`. Left out, it is that of `error`.
   */
  readonly type?: string | undefined;
  /** The part that it occurred in: `writer`. */
  readonly component: string;
  /** Default `error`. */
  readonly severity?: Severity | undefined;
  /** The error itself; its message goes into the event `pipeline.error`, and nowhere else. */
  readonly error?: unknown;
}

/** Something is tried again. */
export interface RetryRecord extends Labelled {
  /** What is tried again: `write`. */
  readonly operation: string;
  /** Number of the retry, from 1. Left out, it goes into no histogram. */
  readonly attempt?: number | undefined;
  /** Class of the error that made it necessary: as of errors, the first 50 and then `other`. Default `unknown`. */
  readonly reason?: string | undefined;
  /** How long is waited before. Left out, it goes into no histogram. */
  readonly delayMillis?: number | undefined;
}

/**
 * The state of a circuit breaker, now. May be told as often as one likes: only changes are counted and published. A breaker that
 * was never heard of was `closed`: told first, `closed` is no change, and `open` is one.
 */
export interface CircuitRecord extends Labelled {
  /** Name of the breaker: `writer`. */
  readonly circuit: string;
  /** `halfOpen` and `HALF_OPEN` are understood too. */
  readonly state: CircuitState;
  /** Why, for the event `pipeline.circuit.changed`. */
  readonly reason?: string | undefined;
}

/**
 * The state of a connection, now. May be told as often as one likes: only changes are counted and published. Told first,
 * `connected` and `connecting` are how a connection begins, and no change; `disconnected` and `reconnecting` are a change from
 * `connected`.
 */
export interface ConnectionRecord extends Labelled {
  /** Name of the connection: `broker`. */
  readonly connection: string;
  readonly state: ConnectionState;
  /** Why, for the event `pipeline.connection.changed`. */
  readonly reason?: string | undefined;
}

/** Data that came in or went out. */
export interface DataVolumeRecord extends Labelled {
  readonly direction: Direction;
  readonly bytes: number;
  /** Where it came from, or went to: `mqtt`, `disk`. Default `unknown`. */
  readonly source?: string | undefined;
}

/** Events that were looked at for duplicates. */
export interface DeduplicationRecord extends Labelled {
  /** Where they came from. Default `unknown`. */
  readonly source?: string | undefined;
  /** How many were looked at. Default 1. */
  readonly checked?: number | undefined;
  /** How many of them were seen before. */
  readonly duplicates: number;
}

/** How much waits in a queue, now. */
export interface QueueDepthRecord extends Labelled {
  readonly queue: string;
  readonly depth: number;
  /** How much it takes at most; gives the utilization. Left out, what was told last holds. */
  readonly capacity?: number | undefined;
}

/** Look-ups in a cache. */
export interface CacheRecord extends Labelled {
  readonly result: CacheResult;
  /** Default `default`. */
  readonly cache?: string | undefined;
  /** How many look-ups. Default 1. */
  readonly count?: number | undefined;
}
