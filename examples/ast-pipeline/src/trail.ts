import { audit } from '@org/instrument';
import type { AuditDataset, Verification } from '@org/instrument/audit';

/** Action of an entry: files were taken in, or one was not. */
export const INGEST = 'pipeline.ingest';

/** Namespace of datasets that are local files (OpenLineage naming, "Local file system"). */
const FILES = 'file';

/** What became of the journal of a run. */
export interface JournalReport {
  readonly directory: string;
  /** Entries of all runs, those that retention has removed included. */
  readonly size: number;
  /** Entries whose content was checked. */
  readonly checked: number;
  /** Root of the tree of all entries, base64. */
  readonly root: string;
  readonly seconds: number;
  /** The first thing that is not as it was recorded; `undefined` when there is none. */
  readonly failure: string | undefined;
}

/** A file as an entry names it, with what is known of its content. */
export function localFile(
  name: string,
  content: Pick<AuditDataset, 'bytes' | 'digest' | 'rows'> = {},
): AuditDataset {
  return { namespace: FILES, name, ...content };
}

/** Puts on record that a file was not taken in, and why. */
export function recordFailed(path: string, error: unknown): void {
  audit.record({ action: INGEST, inputs: [localFile(path)], error });
}

/** Checks the journal of all runs, as an auditor would. `undefined` when there is none. */
export async function verifyJournal(): Promise<JournalReport | undefined> {
  const started = performance.now();
  let verification: Verification;
  try {
    verification = await audit.verify();
  } catch {
    // Another run has it, or its disk is away: that has been reported.
    return undefined;
  }
  const { directory, size, entries: checked, root, failures } = verification;
  const seconds = (performance.now() - started) / 1000;
  return { directory, size, checked, root, seconds, failure: failures[0]?.message };
}
