import type { JournalEncoder } from './encode/operation.ts';
import type { Checkpointer } from './journal/checkpointer.ts';
import type { EntryClock } from './journal/entry-clock.ts';
import type { Journal } from './journal/journal.ts';
import type { JournalMetrics } from './journal/metrics.ts';
import type { Overflow } from './journal/overflow.ts';
import type { OwnRecorder } from './journal/own-recorder.ts';
import type { JournalState } from './journal/state.ts';
import type { EntrySpans } from './record/entry-spans.ts';
import type { ResolvedAuditOptions } from './resolve-options.ts';
import type { SubjectKeys } from './subjects/subject-keys.ts';

/** The parts of an audit on a journal. */
export interface JournalAuditParts {
  readonly options: ResolvedAuditOptions;
  readonly origin: string;
  readonly journal: Journal;
  readonly encoder: JournalEncoder;
  readonly clock: EntryClock;
  readonly spans: EntrySpans;
  readonly state: JournalState;
  readonly overflow: Overflow;
  readonly own: OwnRecorder;
  readonly metrics: JournalMetrics;
  readonly checkpointer: Checkpointer;
  readonly keys: SubjectKeys;
  /** Entries that were signed, and were not there as they were when the journal was opened. */
  readonly missing: number;
  /** Stops what goes on in the background, and resolves when it is over. */
  readonly stopBackground: () => Promise<void>;
  /** Stops all else, when the journal is closed; the directory is given back once `idle` has resolved, or at once. */
  readonly onClose: (idle: Promise<void> | undefined) => void;
}
