import { DoublingWait } from '@org/instrument-core';
import type { Clock } from '../delivery/clock.ts';
import { keepDamage } from './damage.ts';
import type { Entry } from './entry.ts';
import { type Verb, verbLine } from './format.ts';
import { JournalFiles } from './journal-files.ts';
import { linesOf, type Operation } from './journal-lines.ts';
import { type Replay, replay } from './replay.ts';
import type { Segment } from './segment.ts';

/** A segment is ended beyond that; also the most that is written at once. */
const SEGMENT_BYTES = 1 << 20;
/** Segments that need not hold much that waits: each process that writes begins one. */
const MAX_SPARSE_SEGMENTS = 8;
/** Between two attempts to get back to a disk that failed. */
const FIRST_RETRY_MILLIS = 1_000;
const LONGEST_RETRY_MILLIS = 30_000;

/** What a journal is given. */
export interface JournalOptions {
  /** Its own directory; made when it is not there. */
  readonly directory: string;
  readonly channel: string;
  readonly clock: Clock;
  /** The disk does not take what it is given; `undefined`: it does again. */
  readonly onFault: (error: unknown) => void;
  /** So many lines, or parts of some, were no records; they are kept aside. */
  readonly onDamage: (lines: number) => void;
  /** Called before anything is written: what must be on its way to disk first. */
  readonly beforeWrite?: () => void;
  readonly segmentBytes?: number;
}

/**
 * What waits for a channel, on disk. All of one synchronous stretch is handed to the operating system in the microtask after it, or
 * at once where that is asked for: a killed process loses nothing that could have had an effect. Syncs follow within 100 ms:
 * a machine that loses power loses no more than that. While the disk fails it knows what the disk lacks, and writes that
 * when the disk is back. Never throws.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #segmentBytes: number;
  readonly #files: JournalFiles;
  readonly #live = new Set<Entry>();
  /** Entries whose state on disk is not what it is. */
  readonly #stale = new Set<Entry>();
  /** Numbers of entries that wait on disk, and nowhere else any more. */
  #unrecorded: number[] = [];
  #liveBytes = 0;
  #lastSequence: number;
  #operations: Operation[] = [];
  #operationBytes = 0;
  #isWriteDue = false;
  #isFaulty = false;
  readonly #retry = new DoublingWait(FIRST_RETRY_MILLIS, LONGEST_RETRY_MILLIS);
  #retryAtMillis = Number.NEGATIVE_INFINITY;
  #isRetryDue = false;
  #cancelRetry: () => void = () => {};
  #isClosed = false;
  #found: readonly Entry[];

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#segmentBytes = options.segmentBytes ?? SEGMENT_BYTES;
    const before = replay(options.directory);
    this.#found = before.entries;
    this.#lastSequence = before.lastSequence;
    this.#files = new JournalFiles({
      directory: options.directory,
      channel: options.channel,
      clock: options.clock,
      segmentBytes: this.#segmentBytes,
      segments: before.segments,
      lastNumber: before.lastSegment,
      onLost: (segment, error) => {
        for (const entry of this.#live) if (entry.segment === segment) this.#stale.add(entry);
        this.#fail(error);
      },
      onFault: options.onFault,
    });
    for (const entry of before.entries) {
      entry.journal = this;
      this.#add(entry);
    }
    this.#mend(before);
  }

  /** What was in it when it was opened, in its order; once, so that it is not kept here when it is long delivered. */
  takeFound(): readonly Entry[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }

  /** Notifications that wait in it. */
  get size(): number {
    return this.#live.size;
  }

  /** Bytes of its files. */
  get bytes(): number {
    return this.#files.bytes;
  }

  get isFaulty(): boolean {
    return this.#isFaulty;
  }

  /** Whether an entry is on disk, and will be there for the next process. */
  holds(entry: Entry): boolean {
    return entry.segment !== undefined && entry.journal === this && this.#live.has(entry);
  }

  /** Takes an entry in, as it stands. */
  put(entry: Entry): void {
    if (this.#isClosed) return;
    entry.journal = this;
    entry.sequence = ++this.#lastSequence;
    this.#add(entry);
    this.#operationBytes += entry.bytes;
    this.#queue({ kind: 'put', entries: [entry] });
  }

  /** What has become of entries, after their state was changed; `dead` also after their dead letters. */
  note(verb: Verb, entries: readonly Entry[]): void {
    if (this.#isClosed) return;
    if (verb === 'done' || verb === 'dead') for (const entry of entries) this.#remove(entry);
    this.#queue({ kind: verb, entries });
  }

  /** Hands what there is to the operating system. */
  write(): void {
    const operations = this.#operations;
    if (this.#isClosed || (operations.length === 0 && !this.#isFaulty)) return;
    this.#operations = [];
    this.#operationBytes = 0;
    const wasFaulty = this.#isFaulty;
    if (wasFaulty) this.#remember(operations);
    if (wasFaulty && this.#options.clock.monotonicMillis() < this.#retryAtMillis) return;
    try {
      this.#files.check();
      this.#options.beforeWrite?.();
      if (wasFaulty) this.#writeMissing();
      else this.#writeAll(operations);
    } catch (error) {
      if (!wasFaulty) this.#remember(operations);
      this.#fail(error);
      return;
    }
    this.#succeed();
    this.#compact();
  }

  /** As `write`, and tries a disk that failed at once. */
  writeNow(): void {
    this.#retryAtMillis = Number.NEGATIVE_INFINITY;
    this.write();
  }

  /** Writes and syncs what there is, and gives the files back; without anything that waits, nothing of it stays. */
  close(): void {
    if (this.#isClosed) return;
    this.writeNow();
    this.#isClosed = true;
    this.#cancelRetry();
    this.#files.close(this.#live.size === 0);
  }

  /** Gives the files back as they are: they have become another process's. */
  abandon(): void {
    this.#isClosed = true;
    this.#cancelRetry();
    this.#files.abandon();
  }

  #add(entry: Entry): void {
    this.#live.add(entry);
    this.#liveBytes += entry.bytes;
  }

  #remove(entry: Entry): void {
    if (!this.#live.delete(entry)) return;
    this.#liveBytes -= entry.bytes;
    this.#stale.delete(entry);
    if (entry.segment !== undefined) entry.segment.live--;
  }

  #queue(operation: Operation): void {
    this.#operations.push(operation);
    if (this.#operationBytes >= this.#segmentBytes) this.write();
    if (this.#isWriteDue) return;
    this.#isWriteDue = true;
    queueMicrotask(() => {
      this.#isWriteDue = false;
      this.write();
    });
  }

  /** What was damaged is kept aside, and what is whole of those segments goes to a new one, so that it is read once. */
  #mend({ damaged, fault, segments }: Replay): void {
    if (fault !== undefined) this.#options.onFault(fault);
    if (damaged.length === 0) return;
    this.#options.onDamage(damaged.length);
    if (!keepDamage(this.#options.directory, damaged)) return;
    try {
      for (const segment of segments) this.#move(segment);
    } catch (error) {
      this.#fail(error);
    }
  }

  #writeAll(operations: readonly Operation[]): void {
    for (const { text, put } of linesOf(operations, this.#segmentBytes)) {
      const segment = this.#files.append(text);
      for (const entry of put) this.#place(entry, segment);
    }
  }

  #place(entry: Entry, segment: Segment): void {
    if (entry.segment !== undefined) entry.segment.live--;
    entry.segment = segment;
    segment.live++;
    this.#stale.delete(entry);
  }

  /** What the disk lacks since it failed. */
  #writeMissing(): void {
    if (this.#unrecorded.length > 0) {
      this.#files.append(verbLine('done', this.#unrecorded));
      this.#unrecorded = [];
    }
    const entries = [...this.#live].filter((entry) => entry.segment === undefined || this.#stale.has(entry));
    this.#writeAll([{ kind: 'put', entries }]);
  }

  /** These did not come to disk. */
  #remember(operations: readonly Operation[]): void {
    for (const { kind, entries } of operations) {
      if (kind === 'put') continue;
      for (const entry of entries) {
        if (entry.segment === undefined) continue;
        if (kind === 'done' || kind === 'dead') this.#unrecorded.push(entry.sequence);
        else if (this.#live.has(entry)) this.#stale.add(entry);
      }
    }
  }

  /** Empties the oldest segment of what still waits there, when more than half of all is of no use any more. */
  #compact(): void {
    const { held } = this.#files;
    const [oldest] = held;
    if (held.length < 3 || oldest === undefined) return;
    const bytes = held.reduce((sum, segment) => sum + segment.bytes, 0);
    const isWasteful = bytes > 2 * (this.#liveBytes + this.#segmentBytes);
    if (!isWasteful && held.length <= MAX_SPARSE_SEGMENTS + bytes / this.#segmentBytes) return;
    try {
      this.#move(oldest);
    } catch (error) {
      this.#fail(error);
    }
  }

  #move(segment: Segment): void {
    segment.isEnded = true;
    const entries = [...this.#live].filter((entry) => entry.segment === segment);
    this.#writeAll([{ kind: 'put', entries }]);
  }

  #succeed(): void {
    this.#retry.reset();
    if (!this.#isFaulty) return;
    this.#isFaulty = false;
    this.#isRetryDue = false;
    this.#cancelRetry();
    this.#options.onFault(undefined);
  }

  #fail(error: unknown): void {
    // The file may be in any state, or gone: what comes next goes to another one.
    this.#files.endLast();
    this.#isFaulty = true;
    this.#options.onFault(error);
    // Of an attempt that is due already nothing changes: what fails often would put it off again and again.
    if (this.#isClosed || this.#isRetryDue) return;
    const { clock } = this.#options;
    this.#isRetryDue = true;
    const waitMillis = this.#retry.next();
    this.#retryAtMillis = clock.monotonicMillis() + waitMillis;
    this.#cancelRetry = clock.after(waitMillis, () => {
      this.#isRetryDue = false;
      this.writeNow();
    });
  }
}
