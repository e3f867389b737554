import { reportFault } from '@org/instrument-core';
import type { JsonValue } from '../operation/entry.ts';
import { Chain } from './chain.ts';
import type { EntryRange } from './entry-ranges.ts';
import { parseRemoval, type Removal, Removals, removalAttributes } from './removals.ts';
import { type ClosedSegment, closedSegments, hasHashes } from './retention.ts';
import { DamagedSegmentError, headerHash, readClosedSegment } from './segment-hashes.ts';

/** A journal as it was opened. */
export interface OpenedJournal {
  readonly directory: string;
  readonly origin: string;
  /** Entries in it, and those of them that were signed. */
  readonly size: number;
  readonly signed: number;
  /** Hash of the header of the segment that follows. */
  readonly next: string;
}

/** What is on record of removals, so that the next entry can say it again: those that say it now are going to be removed. */
export class RemovalLog {
  readonly #opened: OpenedJournal;
  #last: Removal | undefined;
  #isRead = false;

  constructor(opened: OpenedJournal) {
    this.#opened = opened;
  }

  /**
   * Finds out what the processes before have put on record, the first time it is called.
   *
   * @throws the error of the file system.
   */
  async read(): Promise<void> {
    if (this.#isRead) return;
    try {
      this.#last = (await hasHashes(this.#opened.directory)) ? await lastRemoval(this.#opened) : undefined;
    } catch (error) {
      // What is damaged is no evidence of what was removed.
      if (!(error instanceof DamagedSegmentError)) throw error;
      reportFault('audit', 'reading what is on record of removed segments', error);
    }
    this.#isRead = true;
  }

  /** Hash of the header that a segment must have; `undefined` when nothing tells. */
  headerAt(first: number): string | undefined {
    if (first === 0) return headerHash(Chain.begin(this.#opened.origin));
    return this.#last?.last === first - 1 ? this.#last.next : undefined;
  }

  /** Attributes of the entry that says that a segment is removed, which is followed by one with a header of that hash. */
  attributesOf(range: EntryRange, next: string): Record<string, JsonValue> {
    return removalAttributes(range, this.#last?.ranges ?? [], next);
  }

  /** An entry with these attributes is on record, and the segment is gone. */
  add(attributes: Record<string, JsonValue>): void {
    this.#last = parseRemoval(attributes);
  }
}

/**
 * The last removal that the journal itself has put on record. Segments are read from the last one back, and each must lead to
 * the next, the last to where the journal was opened: nobody can put another in between for as long as they are read.
 */
async function lastRemoval({
  directory,
  origin,
  size,
  signed,
  next,
}: OpenedJournal): Promise<Removal | undefined> {
  const closed: ClosedSegment[] = await closedSegments(directory, size);
  const removals = new Removals();
  let expected = next;
  for (const segment of closed.reverse()) {
    const read = await readClosedSegment(segment, origin, {
      onEntry: (index, entry) => removals.add(index, entry),
    });
    if (read.next !== expected) throw new DamagedSegmentError(segment.path);
    const last = removals.signed(signed).at(-1);
    if (last !== undefined) return last;
    expected = read.header;
  }
  return undefined;
}
