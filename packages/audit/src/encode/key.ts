import type { PathMatcher } from '../redact/path-matcher.ts';
import type { TextCleaner } from './text.ts';

/** What is to be known of a key of an object before it is written. */
export interface KeyFacts {
  /** As it stands in the entry. */
  readonly text: string;
  readonly isChanged: boolean;
  /** As paths for redaction name it. */
  readonly comparable: string;
  /** The same of its parts, when it has dots. */
  readonly parts: readonly string[] | undefined;
  /** Whether whoever reads it back could change a prototype with it. */
  readonly isDropped: boolean;
  /** Whether `JSON.stringify` may put it elsewhere than where it sorts: what looks like an index goes first. */
  readonly isIrregular: boolean;
  /** What was changed. */
  readonly changes: readonly string[];
}

/** Finds out about a key. */
export type KeyReader = (key: string) => KeyFacts;

const DROPPED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
/** Keys with which the journal marks values of its own: data must not pass for these. */
const RESERVED: ReadonlySet<string> = new Set(['$sealed', '$omitted']);
/** Keys that are remembered. A program has a few hundred, unless it uses data as keys. */
const MAX_KNOWN = 2_000;
const MAX_KNOWN_LENGTH = 64;

export function createKeyReader(cleanText: TextCleaner, paths: PathMatcher): KeyReader {
  const known = new Map<string, KeyFacts>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const facts = factsOf(key, cleanText, paths);
    if (known.size < MAX_KNOWN && key.length <= MAX_KNOWN_LENGTH) known.set(key, facts);
    return facts;
  };
}

function factsOf(key: string, cleanText: TextCleaner, paths: PathMatcher): KeyFacts {
  const changes: string[] = [];
  let text = cleanText(key, { adjust: (what) => void changes.push(`its key: ${what}`) });
  if (RESERVED.has(text)) {
    changes.push(`its key is one of the journal's own, and was written as $${text}`);
    text = `$${text}`;
  }
  const first = text.charCodeAt(0);
  const isChanged = text !== key;
  return {
    text,
    isChanged,
    comparable: paths.comparable(key),
    // Each by itself: all together are longer than any word.
    parts: key.includes('.') ? key.split('.').map((part) => paths.comparable(part)) : undefined,
    isDropped: DROPPED.has(text) || DROPPED.has(key),
    // Digits: 48 to 57.
    isIrregular: isChanged || (first >= 48 && first <= 57),
    changes,
  };
}
