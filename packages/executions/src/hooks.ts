import { describeValue, didYouMean, InstrumentError, type Problem } from '@org/instrument-core';
import type {
  ChunkCompletedEvent,
  ExecutionEndedEvent,
  ExecutionEvent,
  ExecutionProgressEvent,
  ExecutionStartedEvent,
  WorkerEndedEvent,
  WorkerStartedEvent,
} from './events.ts';
import type { ExecutionRun } from './execution.ts';

/** What failed: an item, a chunk, a worker, or the execution itself. One error may pass through several of them. */
export type FailureScope = 'item' | 'chunk' | 'worker' | 'execution';

/** Something in an execution has failed. */
export interface ExecutionFailure extends ExecutionEvent {
  readonly scope: FailureScope;
  /** What was thrown, as it is. */
  readonly error: unknown;
  readonly errorType: string;
}

/**
 * Functions that are told what happens in an execution, at once and in the order in which they were added. They get what
 * the events say. No hook holds the execution up: promises are not waited for, `before` included; and one that throws or
 * rejects is reported, and hurts nobody.
 */
export interface ExecutionHooks {
  /** Before the work begins. From `run` a hook can ask for the progress whenever it likes. */
  readonly before?: (event: ExecutionStartedEvent, run: ExecutionRun) => unknown;
  /** After the execution, however it ended. */
  readonly after?: (event: ExecutionEndedEvent) => unknown;
  /** For each item, chunk and worker that failed, and for the execution. Not for what was cancelled. */
  readonly onError?: (failure: ExecutionFailure) => unknown;
  /** At most once in `progressInterval`, and once when the execution ends. */
  readonly onProgress?: (event: ExecutionProgressEvent) => unknown;
  readonly onChunkComplete?: (event: ChunkCompletedEvent) => unknown;
  readonly onWorkerStart?: (event: WorkerStartedEvent) => unknown;
  readonly onWorkerEnd?: (event: WorkerEndedEvent) => unknown;
}

/** Name of a hook. */
export type HookName = keyof ExecutionHooks;

const HOOK_NAMES: readonly HookName[] = [
  'before',
  'after',
  'onError',
  'onProgress',
  'onChunkComplete',
  'onWorkerStart',
  'onWorkerEnd',
];

/** Replaced as a whole, so that whoever goes through it sees one state. */
let added: readonly ExecutionHooks[] = [];

/**
 * Adds hooks to all executions and pools of the process, those under way included. Returns the function that removes them.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` when they are no hooks.
 */
export function addExecutionHooks(hooks: ExecutionHooks): () => void {
  const problems = hookProblems(hooks, 'hooks');
  if (problems.length > 0) {
    throw new InstrumentError('INSTRUMENT_INVALID_ARGUMENT', 'The hooks cannot be added', problems);
  }
  // Wrapped, so that the same hooks added twice are there twice.
  const entry: ExecutionHooks = { ...boundHooks(hooks) };
  added = [...added, entry];
  return () => {
    added = added.filter((other) => other !== entry);
  };
}

/** The hooks of all executions. */
export function addedHooks(): readonly ExecutionHooks[] {
  return added;
}

/** What is wrong with hooks that were given as `path`. */
export function hookProblems(hooks: unknown, path: string): Problem[] {
  if (typeof hooks !== 'object' || hooks === null || Array.isArray(hooks)) {
    return [{ path, found: describeValue(hooks), expected: 'an object of hooks' }];
  }
  const misspelt = Object.keys(hooks).flatMap((key): Problem[] => {
    // Other members are the object's own business.
    const fix = HOOK_NAMES.includes(key as HookName) ? undefined : didYouMean(key, HOOK_NAMES);
    if (fix === undefined) return [];
    const expected = `a hook: ${HOOK_NAMES.join(', ')}`;
    return [{ path: `${path}.${key}`, found: 'a member', expected, fix }];
  });
  const wrong = HOOK_NAMES.flatMap((name): Problem[] => {
    const hook: unknown = (hooks as ExecutionHooks)[name];
    if (hook === undefined || typeof hook === 'function') return [];
    return [{ path: `${path}.${name}`, found: describeValue(hook), expected: 'a function' }];
  });
  return [...misspelt, ...wrong];
}

/** The hooks of an object, or of an instance of a class, called as its methods. */
export function boundHooks(hooks: ExecutionHooks): ExecutionHooks {
  const bound = HOOK_NAMES.flatMap((name) => {
    const hook = hooks[name];
    return hook === undefined ? [] : [[name, hook.bind(hooks)] as const];
  });
  return Object.fromEntries(bound);
}
