import { fileURLToPath } from 'node:url';
import { getMeter } from '@org/instrument';
import {
  type ExecutionHooks,
  type ExecutionRun,
  instrumentedStream,
  instrumentPool,
  trackExecution,
} from '@org/instrument-executions';
import { Piscina } from 'piscina';
import type { Options } from './options.ts';
import { type Tally, tallyFailure, tallyOutcome } from './tally.ts';
import type { Outcome, Task } from './worker/task.ts';

/** Files after which a chunk counts as complete. */
const CHUNK_SIZE = 100;
/** Tasks per worker: one at work, and one that waits, so that no worker ever does. */
const TASKS_PER_WORKER = 2;

/** Where a batch puts what it does. */
export interface BatchParts {
  readonly objects: string;
  readonly tally: Tally;
  readonly hooks: readonly ExecutionHooks[];
  /** Takes what was done to a file. */
  write(outcome: Outcome): Promise<void>;
}

/**
 * Has every file hashed and compressed by worker threads. After the signal no file is begun; those under way are finished.
 * A file that fails is counted, and stops nothing.
 */
export function runBatch(
  files: readonly string[],
  { workers }: Options,
  { objects, tally, hooks, write }: BatchParts,
  signal: AbortSignal,
): Promise<void> {
  const bytes = getMeter('batch').createCounter('batch.bytes', {
    unit: 'By',
    description: 'Bytes of the files',
  });
  const [read, written] = [bytes.bind({ direction: 'read' }), bytes.bind({ direction: 'written' })];
  const options = { items: files.length, workers, chunkSize: CHUNK_SIZE, hooks, signal };
  return trackExecution('batch', options, async (run) => {
    await using pool = createPool(workers);
    instrumentPool(pool, { execution: run });
    const take = (path: string): Promise<Outcome | undefined> => attempt(pool, { path, objects }, run, tally);
    const outcomes = instrumentedStream(untilAborted(files, signal), take, {
      name: 'batch.files',
      concurrency: workers * TASKS_PER_WORKER,
      // A span per file would be of no use to anybody.
      spans: false,
    });
    for await (const outcome of outcomes) {
      if (outcome === undefined) continue;
      await write(outcome);
      tallyOutcome(tally, outcome);
      read.add(outcome.bytes);
      written.add(outcome.compressedBytes);
      run.itemDone();
    }
  });
}

async function attempt(
  pool: Piscina<Task, Outcome>,
  task: Task,
  run: ExecutionRun,
  tally: Tally,
): Promise<Outcome | undefined> {
  try {
    return await pool.run(task);
  } catch (error) {
    tallyFailure(tally, error);
    run.itemFailed(error);
    return undefined;
  }
}

function createPool(workers: number): Piscina<Task, Outcome> {
  return new Piscina({
    filename: fileURLToPath(new URL('./worker/main.js', import.meta.url)),
    minThreads: workers,
    maxThreads: workers,
  });
}

function* untilAborted<T>(items: Iterable<T>, signal: AbortSignal): Generator<T, void, void> {
  for (const item of items) {
    if (signal.aborted) return;
    yield item;
  }
}
