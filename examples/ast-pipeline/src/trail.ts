import { audit } from '@org/instrument';
import type { AuditDataset, Verification } from '@org/instrument/audit';
import type { FileFacts } from './facts.ts';

/** Action of an entry: a file was taken in, or was not. */
const INGEST = 'pipeline.ingest';

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

/** Puts on record that the facts of a file were stored: from which bytes, and where. */
export function recordStored({ path, bytes, digest }: FileFacts, output: string): void {
  audit.record({
    action: INGEST,
    inputs: [{ namespace: FILES, name: path, bytes, digest }],
    outputs: [{ ...dataset(output), rows: 1 }],
  });
}

/** Puts on record that a file was not taken in, and why. */
export function recordFailed(path: string, error: unknown): void {
  audit.record({ action: INGEST, inputs: [dataset(path)], error });
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

function dataset(name: string): AuditDataset {
  return { namespace: FILES, name };
}
