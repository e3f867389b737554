import { describeValue, type Problem, unknownKeys } from '@org/instrument-core';
import type { RedactionOptions } from '../options.ts';
import { pathProblems } from '../redact/path-problems.ts';
import { patternProblems } from '../redact/patterns.ts';
import { actionProblems } from './action.ts';
import type { EntryEncoderOptions } from './settings.ts';

/** Keys of {@link RedactionOptions}; the compiler misses one that is added there. */
const REDACTION_KEYS: Readonly<Record<keyof RedactionOptions, true>> = {
  paths: true,
  patterns: true,
  replacement: true,
};
/** Room for an action, times, an actor and a target, and the word that the rest was left out. */
const MIN_ENTRY_BYTES = 2_048;
/** A line of the journal is one text in memory, and what is read back is no smaller. */
const MAX_ENTRY_BYTES = 16 * 1024 * 1024;
const MIN_TEXT_LENGTH = 64;
const MAX_TEXT_LENGTH = 1024 * 1024;
const MAX_REPLACEMENT_LENGTH = 64;

/** What is wrong with the options that concern what an entry says. */
export function encoderProblems(options: Omit<EntryEncoderOptions, 'subjects'>): Problem[] {
  return [
    ...actionProblems(options.actions, 'actions'),
    ...redactionProblems(options.redact),
    ...rangeProblems('maxEntryBytes', options.maxEntryBytes, MIN_ENTRY_BYTES, MAX_ENTRY_BYTES, 'bytes'),
    ...rangeProblems('maxTextLength', options.maxTextLength, MIN_TEXT_LENGTH, MAX_TEXT_LENGTH, 'characters'),
  ];
}

function redactionProblems(redact: unknown): Problem[] {
  if (redact === undefined) return [];
  if (typeof redact !== 'object' || redact === null || Array.isArray(redact)) {
    return [
      { path: 'redact', found: describeValue(redact), expected: '{ paths?, patterns?, replacement? }' },
    ];
  }
  const { paths, patterns, replacement } = redact as Record<keyof RedactionOptions, unknown>;
  return [
    ...unknownKeys(redact, Object.keys(REDACTION_KEYS), 'redact.'),
    ...pathProblems(paths, 'redact.paths'),
    ...patternProblems(patterns, 'redact.patterns'),
    ...(replacement === undefined || isReplacement(replacement)
      ? []
      : [
          {
            path: 'redact.replacement',
            found: describeValue(replacement),
            expected: `a text of at most ${MAX_REPLACEMENT_LENGTH} characters without lone surrogates`,
          },
        ]),
  ];
}

function isReplacement(value: unknown): boolean {
  return typeof value === 'string' && value.length <= MAX_REPLACEMENT_LENGTH && value.isWellFormed();
}

function rangeProblems(path: string, value: unknown, least: number, most: number, unit: string): Problem[] {
  if (value === undefined) return [];
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return [];
  return [{ path, found: describeValue(value), expected: `an integer from ${least} to ${most} (${unit})` }];
}
