import { Entry } from '../../src/outbox/entry.ts';
import { Journal, type JournalOptions } from '../../src/outbox/journal.ts';
import { FakeClock } from '../delivery/fake-clock.ts';
import { notificationOf } from '../delivery/lane-bed.ts';

/** A journal, and what it has told. */
export interface JournalBed {
  readonly journal: Journal;
  /** What was in it. */
  readonly found: readonly Entry[];
  readonly clock: FakeClock;
  /** Messages of faults; `well` once the disk is back. */
  readonly faults: string[];
  damaged: number;
  put(id: string, text?: string): Entry;
}

/** Opens a journal in a directory. */
export function openJournal(directory: string, options: Partial<JournalOptions> = {}): JournalBed {
  const clock = new FakeClock();
  const faults: string[] = [];
  const bed = { clock, faults, damaged: 0 };
  const journal = new Journal({
    directory,
    channel: 'test',
    clock,
    onFault: (error) => void faults.push(error === undefined ? 'well' : String((error as Error).message)),
    onDamage: (lines) => {
      bed.damaged += lines;
    },
    ...options,
  });
  return Object.assign(bed, {
    journal,
    found: journal.takeFound(),
    put: (id: string, text = '') => {
      const entry = new Entry(notificationOf(id, { text }), clock.unixMillis());
      journal.put(entry);
      return entry;
    },
  });
}

/** An attempt begins. */
export function attempt(journal: Journal, entries: readonly Entry[]): void {
  for (const entry of entries) {
    entry.attempts++;
    entry.isInFlight = true;
  }
  journal.note('try', entries);
  journal.write();
}

/** An attempt has failed. */
export function fail(journal: Journal, entries: readonly Entry[]): void {
  for (const entry of entries) entry.isInFlight = false;
  journal.note('failed', entries);
}

/** Delivered. */
export function settle(journal: Journal, entries: readonly Entry[]): void {
  for (const entry of entries) entry.isSettled = true;
  journal.note('done', entries);
}

/** Entries, in few words. */
export function told(found: readonly Entry[]): readonly string[] {
  return found.map(({ id, attempts, lost }) => `${id} ${attempts}${lost > 0 ? ` lost ${lost}` : ''}`);
}
