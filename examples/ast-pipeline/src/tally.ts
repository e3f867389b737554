import { errorClass } from './errors.ts';
import type { FileFacts } from './facts.ts';

/**
 * What the pipeline did, in plain numbers, counted without any telemetry: the figures that `/metrics` and OTLP must
 * agree with.
 */
export interface Tally {
  /** Files taken in or failed, with broken links and unreadable directories. */
  files: number;
  succeeded: number;
  /** Of the files taken in. */
  bytes: number;
  imports: number;
  functions: number;
  /** Failures by class. */
  readonly errors: Map<string, number>;
  /** What the first failure of each class said. */
  readonly firstErrors: Map<string, string>;
}

/** A tally of nothing. */
export function createTally(): Tally {
  return {
    files: 0,
    succeeded: 0,
    bytes: 0,
    imports: 0,
    functions: 0,
    errors: new Map(),
    firstErrors: new Map(),
  };
}

/** Counts a file that was taken in. */
export function tallySuccess(tally: Tally, facts: FileFacts): void {
  tally.files++;
  tally.succeeded++;
  tally.bytes += facts.bytes;
  tally.imports += facts.imports.length;
  tally.functions += facts.functions.length;
}

/** Counts a failure under its class. */
export function tallyFailure(tally: Tally, error: unknown): void {
  const name = errorClass(error);
  tally.files++;
  if (!tally.firstErrors.has(name)) tally.firstErrors.set(name, String(error));
  tally.errors.set(name, (tally.errors.get(name) ?? 0) + 1);
}
