import { createRequire } from 'node:module';
import { InstrumentError, reasonOf } from '@org/instrument-core';
import type cliProgress from 'cli-progress';

/** The package `cli-progress`. */
export type CliProgress = typeof cliProgress;

/**
 * Loads the package `cli-progress`.
 *
 * @throws {InstrumentError} `INSTRUMENT_DEPENDENCY_MISSING` when it is not installed.
 */
export function loadCliProgress(): CliProgress {
  try {
    return createRequire(import.meta.url)('cli-progress') as CliProgress;
  } catch (error) {
    const problem = {
      path: 'progressBar',
      found: `no package cli-progress that can be loaded (${reasonOf(error).split('\n')[0]})`,
      expected: 'the package cli-progress to be installed, since the output is a terminal',
      fix: 'Install it: npm install cli-progress. Or leave the bar out: enabled: false.',
    };
    const summary = 'A package cannot be loaded';
    throw new InstrumentError('INSTRUMENT_DEPENDENCY_MISSING', summary, [problem], error);
  }
}
