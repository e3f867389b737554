import { BoundedWords, isAbort, MAX_ERROR_TYPES } from '@org/instrument-core';

/** Words of `classify` that one operation tells apart. */
const MAX_WORDS = 20;

/** Words in use, by operation: functions that share a name share its bound. */
const words = new Map<string, BoundedWords>();
const errorTypes = new Map<string, BoundedWords>();

/** A word of `classify` as a label: the first 20 of an operation, then `'other'`. */
export function admitWord(operation: string, word: string): string {
  return wordsOf(words, operation, MAX_WORDS).admit(word);
}

/** A class of errors as a label: the first 50 of an operation, then `'other'`. */
export function admitErrorType(operation: string, type: string): string {
  return wordsOf(errorTypes, operation, MAX_ERROR_TYPES).admit(type);
}

function wordsOf(table: Map<string, BoundedWords>, operation: string, limit: number): BoundedWords {
  let known = table.get(operation);
  if (known === undefined) {
    known = new BoundedWords(limit);
    table.set(operation, known);
  }
  return known;
}

/** Outcome of a call that was not classified by the user. Never throws. */
export function defaultOutcome(thrown: boolean, error: unknown): 'ok' | 'error' | 'cancelled' {
  if (!thrown) return 'ok';
  return isAbort(error) ? 'cancelled' : 'error';
}
