import { counted, visibleText } from '@org/instrument-core';
import type { LedgerEntry } from './entry.ts';

/** The state of an input in words: who has it or had it, since when, and what went wrong. */
export function describeEntry(entry: LedgerEntry): string {
  const { state, run, host, pid, startedAt, endedAt, attempts } = entry;
  const who = `run ${run} on host ${host}, pid ${pid}`;
  // What was thrown may quote anybody, in many lines; here it stands in one.
  const why = entry.error === undefined ? '' : visibleText(`: ${entry.error.type}: ${entry.error.message}`);
  const tries = counted(attempts, 'attempt');
  if (state === 'running') return `claimed by ${who}, since ${iso(startedAt)}`;
  if (state === 'completed') return `completed by ${who}, at ${iso(endedAt)}`;
  if (state === 'failed') return `failed after ${tries}, to be tried again at ${iso(entry.retryAt)}${why}`;
  if (state === 'dead') return `dead after ${tries}, the last by ${who}${why}`;
  return `pending after ${tries}`;
}

function iso(date: Date | undefined): string {
  return date?.toISOString() ?? 'an unknown time';
}
