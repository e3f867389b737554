import type { EntryContent, JsonValue, RecordedEntry } from '../operation/entry.ts';
import type { JournalEncoder } from '../record/encode-operation.ts';
import type { EntryClock } from './entry-clock.ts';
import type { Journal } from './journal.ts';
import { interruptedEntry, type OwnAction, ownEntry } from './own-entry.ts';

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

  record(action: OwnAction, attributes: Readonly<Record<string, JsonValue>>): RecordedEntry {
    const time = this.#clock.next();
    return this.#journal.append(ownEntry(this.#encoder, action, time, attributes).text, time, {});
  }

  /** Puts on record that operations were interrupted, of which only the starts are known. */
  recordInterrupted(starts: ReadonlyMap<number, EntryContent>): void {
    for (const [started, start] of starts) {
      const time = this.#clock.next();
      const { text, content } = interruptedEntry(this.#encoder, start, started, time);
      this.#journal.append(text, time, content);
    }
  }
}
