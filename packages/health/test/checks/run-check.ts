import { InstrumentError } from '@org/instrument-core';
import type { CheckFunction, CheckResult } from '../../src/check.ts';

/** Runs a check once, as the registry does. */
export async function runCheck(
  check: CheckFunction,
  signal: AbortSignal = new AbortController().signal,
): Promise<CheckResult> {
  const outcome = await check({ name: 'test', signal });
  if (typeof outcome !== 'object') throw new TypeError(`not a result: ${String(outcome)}`);
  return outcome;
}

/** Paths of the problems that creating a check reports, in order; the error itself beside them. */
export function problemsOf(create: () => unknown): {
  readonly paths: string[];
  readonly error: InstrumentError;
} {
  try {
    create();
  } catch (error) {
    if (!(error instanceof InstrumentError) || error.code !== 'INSTRUMENT_INVALID_ARGUMENT') throw error;
    return { paths: error.problems.map(({ path }) => path), error };
  }
  throw new Error('It was created all the same');
}

/** What a caller without types may pass. */
export function untyped<T>(value: unknown): T {
  return value as T;
}
