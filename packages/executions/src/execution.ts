import type { Attributes } from '@opentelemetry/api';
import type { Duration, EventBus, MeterProvider } from '@org/instrument-core';
import type { ExecutionHooks } from './hooks.ts';
import type { Labels } from './labels.ts';
import type { Progress } from './progress.ts';

/** Options of {@link trackExecution}. */
export interface ExecutionOptions {
  /** Items that there are to process. Default unknown: progress then has no percentage and no time left. */
  readonly items?: number | undefined;
  /** Workers that the execution is meant to have; told in events and on the span. Default unknown. */
  readonly workers?: number | undefined;
  /**
   * Items after which a chunk counts as complete, as long as the work does not mark its chunks itself with
   * `run.chunk()`. Default: no chunks but those that are marked.
   */
  readonly chunkSize?: number | undefined;
  /**
   * Labels of every series, attributes of the span, and in every event. Values that are `undefined` or `null` are left
   * out. Each set of labels is a series for as long as the process lives: nothing that is different each time. Default none.
   */
  readonly labels?: Labels | undefined;
  /** Hooks of this execution; those of all executions are added with `addExecutionHooks`. Default none. */
  readonly hooks?: ExecutionHooks | readonly ExecutionHooks[] | undefined;
  /** Cancels the execution: `run.signal` aborts. What heeds it is for the work to say. Default none. */
  readonly signal?: AbortSignal | undefined;
  /** Least time between two reports of progress, which are made only where somebody hears them. Default 1 s. */
  readonly progressInterval?: Duration | undefined;
  /** Opens a span for the execution, and one below it for each marked chunk, when tracing is on. Default `true`. */
  readonly spans?: boolean | undefined;
  /** Default: the provider of the process. */
  readonly meterProvider?: MeterProvider | undefined;
  /** Default: the bus of the process. */
  readonly events?: EventBus | undefined;
}

/** What items are counted on. Counting never throws, and costs a few nanoseconds. */
export interface ItemCounter {
  /** So many items were processed well. Default 1. */
  itemDone(count?: number): void;
  /** An item was processed and failed. The execution goes on; what becomes of the error is for the work to say. */
  itemFailed(error?: unknown): void;
}

/** A chunk under way. What is counted on it is counted on the execution too. */
export interface ExecutionChunk extends ItemCounter {
  /** Number of the chunk in its execution, from 0. */
  readonly index: number;
}

/** A worker of an execution, of whatever kind. What is counted on it is counted on the execution too. */
export interface ExecutionWorker extends ItemCounter {
  /** Its number in the execution, from 0, unless another was given. */
  readonly id: string;
  /** The worker is at its end; with an error, when it failed. Later calls do nothing. */
  end(error?: unknown): void;
}

/** An execution under way, as its work sees it. After its end it still counts items, and does nothing else. */
export interface ExecutionRun extends ItemCounter {
  readonly name: string;
  /** Different from that of any other execution, in any process. */
  readonly id: string;
  readonly labels: Attributes;
  /** Aborts when `options.signal` does, or by `cancel`. */
  readonly signal: AbortSignal;
  /** There are so many more items than was known. Makes an unknown total known. */
  addTotal(count: number): void;
  /**
   * Runs a chunk: it is timed and counted, has a span, and is told to hooks and events. Returns what `work` does, and
   * throws what it throws. Its items are those counted on it, or, if no other chunk was under way, on the run.
   */
  chunk<R>(work: (chunk: ExecutionChunk) => R): R;
  /** Runs what is a worker: a loop that takes items from a queue, say. Returns and throws what `work` does. */
  worker<R>(work: (worker: ExecutionWorker) => R, id?: string): R;
  /** As `worker`, for one that ends elsewhere: `end()` is to be called. For threads there are `trackWorker` and `instrumentPool`. */
  startWorker(id?: string): ExecutionWorker;
  /** Items that wait to be processed, as known now. */
  queueDepth(items: number): void;
  /** Aborts `signal`. The execution counts as cancelled, unless all its items are processed when it ends. */
  cancel(reason?: unknown): void;
  /** How far it has come. */
  progress(): Progress;
}
