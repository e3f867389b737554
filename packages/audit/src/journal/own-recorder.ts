import { reportFault } from '@org/instrument-core';
import type { AuditContext, EncodedEntry } from '../encode/encoder.ts';
import type { JournalEncoder } from '../encode/operation.ts';
import type { EntryContent, JsonValue, RecordedEntry } from '../operation/entry.ts';
import type { EntryClock } from './entry-clock.ts';
import type { Journal } from './journal.ts';
import { interruptedEntry, type OwnAction, ownEntry } from './own-entry.ts';

/** Of an operation of which no more is known than that it had started. */
export const UNKNOWN_ACTION = 'audit.operation';

/** Puts on record what happens to the journal itself, whether there is room or not. */
export class OwnRecorder {
  readonly #journal: Journal;
  readonly #encoder: JournalEncoder;
  readonly #clock: EntryClock;

  constructor(journal: Journal, encoder: JournalEncoder, clock: EntryClock) {
    this.#journal = journal;
    this.#encoder = encoder;
    this.#clock = clock;
  }

  /** `context`: on whose behalf, where it is not the journal's own doing. */
  record(
    action: OwnAction,
    attributes: Readonly<Record<string, JsonValue>>,
    context?: AuditContext,
  ): RecordedEntry {
    const time = this.#clock.next();
    const { text } = ownEntry(this.#encoder, action, time, attributes, context);
    return this.#journal.append(text, time, {});
  }

  /** Puts on record that operations were interrupted, of which only the starts are known. */
  recordInterrupted(starts: ReadonlyMap<number, EntryContent>): void {
    for (const [started, start] of starts) {
      const time = this.#clock.next();
      const { text, content } = this.#interrupted(start, started, time);
      this.#journal.append(text, time, content);
    }
  }

  /** What a start says may be damaged, or more than is allowed by now: that it has ended is to be said all the same. */
  #interrupted(start: EntryContent, started: number, time: string): EncodedEntry {
    try {
      return interruptedEntry(this.#encoder, start, started, time);
    } catch (error) {
      reportFault('audit', 'recording an interrupted operation in full', error);
      return interruptedEntry(this.#encoder, { action: UNKNOWN_ACTION, time }, started, time);
    }
  }
}
