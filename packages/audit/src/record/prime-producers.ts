import { reportFault } from '@org/instrument-core';
import { queryJournal } from '../query/query-journal.ts';
import type { OperationSpans } from './span.ts';

/** Entries that are read back, the newest: a tenth of a second, in the background. */
const READ_BACK = 10_000;

/**
 * Learns from a journal who produced what, so that spans are linked to those of the process before; once `signal` is aborted, no more
 * than is read by then. Resolves when nothing of the journal is open any more. Never rejects.
 */
export async function primeProducers(
  spans: OperationSpans,
  directory: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    const newest = queryJournal(directory, { order: 'descending', limit: READ_BACK });
    /** Indexes of the starts of operations that were denied when they ended. */
    const denied = new Set<number | undefined>();
    for await (const entry of newest) {
      if (signal.aborted) return;
      if (entry.outcome === 'denied') denied.add(entry.started);
      else if (!denied.has(entry.index)) spans.prime(entry);
    }
  } catch (error) {
    // Whoever closes a journal may do with its files what they want.
    if (!signal.aborted) reportFault('audit', 'reading back who produced what', error);
  }
}
