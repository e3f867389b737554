import { join } from 'node:path';
import { monotonicMillis } from '@org/instrument-core';
import { leafHash } from '../merkle/frontier.ts';
import { PendingEntry } from '../record/recorded-entry.ts';
import type { SubjectKeys } from '../subjects/subject-keys.ts';
import type { Chain, EntryPhase } from './chain.ts';
import { DiskQueue } from './disk-queue.ts';
import { entryLine, headerLine, SEGMENTS, sealLine, segmentName } from './format.ts';
import { type Guard, UNGUARDED } from './lock-journal.ts';
import type { UnsealedSegment } from './recover.ts';
import { SegmentFile } from './segment-file.ts';
import { headerHash } from './segment-hashes.ts';

/** Options of a {@link Journal}. */
export interface JournalOptions {
  readonly directory: string;
  /** Default: the directory can be nobody else's. */
  readonly guard?: Guard | undefined;
  readonly chain: Chain;
  readonly unsealed: UnsealedSegment | undefined;
  readonly keys: SubjectKeys;
  readonly segmentBytes: number;
  readonly segmentAgeMillis: number;
  readonly commitIntervalMillis: number;
  readonly maxWaitingBytes: number;
  readonly onDurable: (durationMillis: number) => void;
  readonly onFault: (error: unknown) => void;
  /** A segment was closed. */
  readonly onRotated: () => void;
}

/**
 * The open end of a journal: entries are added to it in memory, at once, and go to disk through a {@link DiskQueue}.
 * It knows nothing of what entries mean.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #chain: Chain;
  readonly #queue: DiskQueue;
  readonly #guard: Guard;
  /** The segment that is being filled; `undefined` until the first entry after it was closed. */
  #segment: SegmentFile | undefined;
  #segmentFirst = 0;
  #segmentHeaderBytes = 0;
  #segmentFrom = '';
  #segmentStartMillis = 0;
  #durable: number;
  /** Entries that somebody waits for. Of the others nothing is kept here: most are garbage at once. */
  #awaited: PendingEntry[] = [];
  /** Why what is not on disk never will be. */
  #lost: { readonly error: unknown } | undefined;

  constructor(options: JournalOptions) {
    const { chain, unsealed } = options;
    this.#options = options;
    this.#chain = chain;
    this.#durable = chain.size;
    this.#guard = options.guard ?? UNGUARDED;
    this.#queue = new DiskQueue({
      commitIntervalMillis: options.commitIntervalMillis,
      prepare: () => (options.keys.isUnsynced ? options.keys.sync() : undefined),
      prepareNow: () => {
        if (options.keys.isUnsynced) options.keys.syncNow();
      },
      onDurable: (size, durationMillis) => {
        this.#settle(size);
        options.onDurable(durationMillis);
      },
      onFault: options.onFault,
    });
    if (unsealed === undefined) return;
    this.#segment = new SegmentFile(unsealed.path, unsealed.bytes, undefined, this.#guard);
    this.#segmentFrom = unsealed.from;
    this.#endSegment();
  }

  /** Name of the journal. */
  get origin(): string {
    return this.#chain.origin;
  }

  /** Entries so far, those that wait for the disk included; the index of the next. */
  get size(): number {
    return this.#chain.size;
  }

  /** Entries on disk. */
  get durable(): number {
    return this.#durable;
  }

  get waitingBytes(): number {
    return this.#queue.waitingBytes;
  }

  get isFaulty(): boolean {
    return this.#queue.isFaulty;
  }

  /** Time of the last entry; empty before the first. */
  get lastTime(): string {
    return this.#chain.lastTime;
  }

  /** First index of the segment that is being filled: what is before it is closed. */
  get openFrom(): number {
    return this.#segment === undefined ? this.size : this.#segmentFirst;
  }

  /** Whether there is room for an entry of so many characters, after bringing what waits to disk if need be. */
  hasRoom(length: number): boolean {
    const { maxWaitingBytes } = this.#options;
    if (this.#queue.waitingBytes + length <= maxWaitingBytes) return true;
    return !this.#queue.isFaulty && this.#queue.commitNow();
  }

  /** Adds an entry: canonical JSON, its time, and what it starts or ends. */
  append(entry: string, time: string, phase: EntryPhase): PendingEntry {
    const chain = this.#chain;
    const segment = this.#openSegment(time);
    const index = chain.size;
    const line = entryLine(entry, index, chain.head);
    const hash = leafHash(line);
    segment.append(line);
    chain.add(hash, time, phase);
    const pending = new PendingEntry(index, hash, this.#onAwaited);
    this.#queue.added(segment, chain.size);
    if (this.#isSegmentFull(segment)) this.#endSegment();
    return pending;
  }

  /** Hands everything to the operating system; `false` when it does not take it. */
  write(): boolean {
    return this.#queue.write();
  }

  /** Brings everything to disk at once; `false` when that fails. */
  commitNow(): boolean {
    return this.#queue.commitNow();
  }

  /** Resolves once everything so far is on disk, or could not be brought there. */
  flush(): Promise<void> {
    return this.#queue.flush();
  }

  /** Root of the tree of all entries, base64. */
  root(): string {
    return this.#chain.root();
  }

  /** Hash of the header of a segment that would begin here, made as that of a leaf. */
  headerHash(): string {
    return headerHash(this.#chain);
  }

  /** Throws when its directory must not be changed: another process has taken it over, or that cannot be told. */
  mustBeOurs(): void {
    this.#guard();
  }

  /** Closes the segment; the next entry begins another one. */
  endSegment(): void {
    if (this.#segment !== undefined) this.#endSegment();
  }

  /** Closes the segment if it has reached its age. */
  endOldSegment(): void {
    const ageMillis = monotonicMillis() - this.#segmentStartMillis;
    if (this.#segment !== undefined && ageMillis >= this.#options.segmentAgeMillis) this.#endSegment();
  }

  /** Gives the files back. Entries that are not on disk never will be. */
  stop(reason: () => unknown): void {
    this.#queue.stop();
    if (this.#durable === this.size) return;
    const error = reason();
    this.#lost = { error };
    for (const entry of this.#awaited) entry.reject(error);
    this.#awaited = [];
  }

  readonly #onAwaited = (entry: PendingEntry): void => {
    if ((entry.index as number) < this.#durable) entry.resolve();
    else if (this.#lost !== undefined) entry.reject(this.#lost.error);
    else {
      this.#awaited.push(entry);
      this.#queue.hurry();
    }
  };

  #openSegment(time: string): SegmentFile {
    if (this.#segment !== undefined) return this.#segment;
    const header = this.#chain.header();
    const path = join(this.#options.directory, SEGMENTS, segmentName(header.first));
    this.#segment = new SegmentFile(path, undefined, this.#options.segmentBytes, this.#guard);
    this.#segmentFirst = header.first;
    this.#segmentFrom = time;
    this.#segmentStartMillis = monotonicMillis();
    this.#segmentHeaderBytes = this.#segment.append(headerLine(header));
    return this.#segment;
  }

  #isSegmentFull(segment: SegmentFile): boolean {
    const { segmentBytes, segmentAgeMillis } = this.#options;
    return (
      // Headers count for nothing: with many open operations, one alone could fill a segment.
      segment.length - this.#segmentHeaderBytes >= segmentBytes ||
      // A clock read for each entry would cost more than the rest of this; one in 64 tells soon enough.
      (this.#chain.size % 64 === 0 && monotonicMillis() - this.#segmentStartMillis >= segmentAgeMillis)
    );
  }

  #endSegment(): void {
    const segment = this.#segment as SegmentFile;
    segment.append(sealLine(this.#chain.seal(this.#segmentFrom)));
    segment.end();
    this.#queue.added(segment, this.#chain.size);
    this.#segment = undefined;
    this.#options.onRotated();
  }

  #settle(size: number): void {
    if (size <= this.#durable) return;
    this.#durable = size;
    const awaited = this.#awaited;
    this.#awaited = [];
    for (const entry of awaited) {
      if ((entry.index as number) < size) entry.resolve();
      else this.#awaited.push(entry);
    }
  }
}
