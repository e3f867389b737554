import { loadPackage, reasonOf, tell } from '@org/instrument-core';
import type cliProgress from 'cli-progress';

/** The package `cli-progress`. */
export type CliProgress = typeof cliProgress;

let isMissed = false;

/**
 * Loads the package `cli-progress`. Where that cannot be done there is none, and OpenTelemetry's `diag` is told once: the person
 * who starts a job by hand, in a terminal, is to get the job done, with a bar or without.
 */
export function loadCliProgress(): CliProgress | undefined {
  try {
    return loadPackage('cli-progress', import.meta.url) as CliProgress;
  } catch (error) {
    if (!isMissed) warn(error);
    isMissed = true;
    return undefined;
  }
}

function warn(error: unknown): void {
  const why = reasonOf(error).split('\n')[0];
  const fix = 'Install it: npm install cli-progress. Or leave the bar out: enabled: false.';
  tell('warn', `executions: no progress bar, as the package cli-progress cannot be loaded (${why}). ${fix}`);
}
