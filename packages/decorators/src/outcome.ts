import { isAbort, ownText } from '@org/instrument-core';

/** How many words of `classify`, and how many error classes, one operation tells apart. */
const MAX_WORDS = 20;
const MAX_ERROR_TYPES = 50;
/** Longer than any class name in use; a generated one must not fill the labels. */
const MAX_LENGTH = 64;
/** What words beyond the bound are called. */
const OVERFLOW = 'other';

/** Words in use, by operation: functions that share a name share its bound. */
const words = new Map<string, Set<string>>();
const errorTypes = new Map<string, Set<string>>();

/** A word of `classify` as a label: the first 20 of an operation, then `'other'`. */
export function admitWord(operation: string, word: string): string {
  return admit(words, operation, word, MAX_WORDS);
}

/** A class of errors as a label: the first 50 of an operation, then `'other'`. */
export function admitErrorType(operation: string, type: string): string {
  return admit(errorTypes, operation, type, MAX_ERROR_TYPES);
}

function admit(table: Map<string, Set<string>>, operation: string, word: string, limit: number): string {
  let known = table.get(operation);
  if (known === undefined) {
    known = new Set();
    table.set(operation, known);
  }
  const short = word.length > MAX_LENGTH ? word.slice(0, MAX_LENGTH) : word;
  if (known.has(short)) return short;
  if (known.size >= limit) return OVERFLOW;
  known.add(ownText(short));
  return short;
}

/** Outcome of a call that was not classified by the user. Never throws. */
export function defaultOutcome(thrown: boolean, error: unknown): 'ok' | 'error' | 'cancelled' {
  if (!thrown) return 'ok';
  return isAbort(error) ? 'cancelled' : 'error';
}
