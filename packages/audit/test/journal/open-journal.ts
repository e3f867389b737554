import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Chain, type EntryPhase } from '../../src/journal/chain.ts';
import { SEGMENTS } from '../../src/journal/format.ts';
import { Journal, type JournalOptions } from '../../src/journal/journal.ts';
import { type FoundJournal, recoverJournal } from '../../src/journal/recover.ts';
import type { PendingEntry } from '../../src/record/recorded-entry.ts';
import { openSubjectKeys } from '../../src/subjects/open-subject-keys.ts';

/** A journal that is open, and how it was found. */
export interface OpenJournal {
  readonly journal: Journal;
  readonly found: FoundJournal;
  /** Adds an entry that says `n`. */
  add(n: number, more?: EntryPhase & { reason?: string }): PendingEntry;
}

/** Opens the journal in a directory without any of what is around it. */
export function openJournal(directory: string, options: Partial<JournalOptions> = {}): OpenJournal {
  mkdirSync(join(directory, SEGMENTS), { recursive: true });
  const found = recoverJournal(directory);
  const empty = { first: 0, frontier: [], open: [], prev: '' };
  const journal = new Journal({
    directory,
    chain: found.chain ?? new Chain('example.org/test', empty, ''),
    unsealed: found.unsealed,
    keys: openSubjectKeys(directory),
    segmentBytes: 1 << 20,
    segmentAgeMillis: 86_400_000,
    commitIntervalMillis: 2,
    maxWaitingBytes: 1 << 20,
    onDurable: () => {},
    onFault: () => {},
    onRotated: () => {},
    ...options,
  });
  return {
    journal,
    found,
    add: (n, more = {}) => {
      const time = new Date(Date.UTC(2026, 0, 1) + n).toISOString();
      const entry = { action: 'numbers.add', attributes: { n }, ...more, time };
      return journal.append(JSON.stringify(entry), time, entry);
    },
  };
}
