import type { Attributes } from '@opentelemetry/api';
import type { Progress } from './progress.ts';

/** What all events of executions say. */
export interface ExecutionEvent {
  /** Name of the execution, or of the pool. */
  readonly name: string;
  /** The same in all events of one execution, and different from that of any other one. */
  readonly run: string;
  readonly labels: Attributes;
  /** Unix time in milliseconds. */
  readonly timestampMillis: number;
  /** Trace and span of the execution, when it is sampled. */
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
}

/** An error, in so many words as fit into a message to people. */
export interface ErrorSummary {
  /** Its class: `RangeError`. */
  readonly type: string;
  /** What it says, with its causes; cut after 500 characters. */
  readonly message: string;
}

/** An execution has begun. */
export interface ExecutionStartedEvent extends ExecutionEvent {
  /** Items that there are; `undefined` when nobody knows. */
  readonly total: number | undefined;
  /** Workers that it is meant to have; `undefined` when that was not said. */
  readonly workers: number | undefined;
}

/** How far an execution has come: at most once in `progressInterval`, and once when it ends. */
export interface ExecutionProgressEvent extends ExecutionEvent, Progress {}

/** A chunk has ended. */
export interface ChunkCompletedEvent extends ExecutionEvent {
  /** Number of the chunk in its execution, from 0. */
  readonly chunk: number;
  /** Items of the chunk that were processed, failed ones included. */
  readonly items: number;
  readonly failed: number;
  readonly durationMillis: number;
  /** Whether it ended without throwing. */
  readonly success: boolean;
  /** `'none'`, or the class of what it threw. */
  readonly errorType: string;
}

/** A worker has begun. */
export interface WorkerStartedEvent extends ExecutionEvent {
  readonly worker: string;
  /** Workers that have begun and not ended, this one included. */
  readonly running: number;
}

/**
 * Why a worker ended: it was through; it failed (threw, crashed); it left with an exit code of its own other than 0; it
 * was terminated; or the execution, or the watching, ended before it.
 */
export type WorkerEnd = 'finished' | 'failed' | 'exited' | 'terminated' | 'left';

/** A worker has ended. */
export interface WorkerEndedEvent extends ExecutionEvent {
  readonly worker: string;
  readonly running: number;
  readonly durationMillis: number;
  readonly reason: WorkerEnd;
  /** Exit code of a thread. */
  readonly exitCode: number | undefined;
  /** `'none'`, or the class of the error it failed with. */
  readonly errorType: string;
  /** What it failed with; `undefined` when it did not. */
  readonly error: ErrorSummary | undefined;
}

/** How an execution ended. */
export type ExecutionOutcome = 'completed' | 'failed' | 'cancelled';

/** An execution has ended. */
export interface ExecutionEndedEvent extends ExecutionEvent {
  readonly outcome: ExecutionOutcome;
  readonly processed: number;
  readonly failed: number;
  readonly total: number | undefined;
  readonly chunks: number;
  /** Workers that it had. */
  readonly workers: number;
  readonly durationMillis: number;
  /** Items per second, over all of it. */
  readonly ratePerSecond: number;
  /** `'none'`, `'cancelled'`, or the class of the error. */
  readonly errorType: string;
  /** What the error said, with its causes. */
  readonly reason: string | undefined;
  /**
   * The first error of an item, a chunk, a worker or the execution itself: of one that completed with failed items it says
   * what became of them. `undefined` when nothing failed, or nobody said with what.
   */
  readonly error: ErrorSummary | undefined;
}

/** Names and payloads of the events of executions. */
export interface ExecutionEventMap {
  'execution.started': ExecutionStartedEvent;
  'execution.progress': ExecutionProgressEvent;
  'execution.chunk.completed': ChunkCompletedEvent;
  'execution.worker.started': WorkerStartedEvent;
  'execution.worker.ended': WorkerEndedEvent;
  'execution.completed': ExecutionEndedEvent;
  'execution.failed': ExecutionEndedEvent;
  'execution.cancelled': ExecutionEndedEvent;
}

declare module '@org/instrument-core' {
  interface EventMap extends ExecutionEventMap {}
}
