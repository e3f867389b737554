import type { AuditOptions } from '../options.ts';
import { PathMatcher } from '../redact/path-matcher.ts';
import { pathWords } from '../redact/path-words.ts';
import { combinePatterns } from '../redact/patterns.ts';
import type { Redactor } from '../redact/redactor.ts';
import type { SubjectKeys } from '../subjects/subject-keys.ts';

/** Options of `createEntryEncoder`: those of `createAudit` that concern what an entry says. */
export interface EntryEncoderOptions
  extends Pick<AuditOptions, 'actions' | 'redact' | 'maxEntryBytes' | 'maxTextLength'> {
  /** Seals what belongs to persons. */
  readonly subjects: Pick<SubjectKeys, 'seal'>;
}

/** The options with all defaults, ready for use. */
export interface EncoderSettings {
  readonly actions: readonly string[] | undefined;
  readonly maxEntryBytes: number;
  readonly maxTextLength: number;
  readonly replacement: string;
  readonly paths: PathMatcher;
  /** `undefined` where there are no patterns. */
  readonly redactText: Redactor | undefined;
  readonly subjects: Pick<SubjectKeys, 'seal'>;
}

const DEFAULT_MAX_ENTRY_BYTES = 65_536;
const DEFAULT_MAX_TEXT_LENGTH = 8_192;
const DEFAULT_REPLACEMENT = '[redacted]';

/** Fills in the defaults of options that have been checked (see `encoderProblems`). */
export function encoderSettings(options: EntryEncoderOptions): EncoderSettings {
  const { paths = [], patterns = [], replacement = DEFAULT_REPLACEMENT } = options.redact ?? {};
  return {
    actions: options.actions === undefined ? undefined : [...options.actions],
    maxEntryBytes: options.maxEntryBytes ?? DEFAULT_MAX_ENTRY_BYTES,
    maxTextLength: options.maxTextLength ?? DEFAULT_MAX_TEXT_LENGTH,
    replacement,
    paths: new PathMatcher(paths.map((path) => pathWords(path) ?? [])),
    redactText: combinePatterns(patterns, replacement),
    subjects: options.subjects,
  };
}
