import { closeSync, ftruncateSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Entry } from './entry.ts';
import {
  type JournalRecord,
  LINE_START,
  numberOfSegment,
  parseLine,
  segmentName,
  type Verb,
} from './format.ts';
import { openToWrite, readWhole } from './open-file.ts';
import { Segment } from './segment.ts';
import { setAside } from './set-aside.ts';

const LINE_FEED = 0x0a;

/** What a journal has, as an earlier process left it. */
export interface Replay {
  /** What waits, in its order. */
  readonly entries: readonly Entry[];
  readonly segments: readonly Segment[];
  /** Greatest number of a notification, and of a segment. */
  readonly lastSequence: number;
  readonly lastSegment: number;
  /** Lines, or parts of some, that are no records. */
  readonly damaged: readonly Buffer[];
  /** Bytes of a record that was being written when the process, or the machine, ended: cut off. */
  readonly tornBytes: number;
  /** Why something could not be read. */
  readonly fault: unknown;
}

/** Reads the journal in a directory. Never throws; records are read that are whole, whatever stands before and behind them. */
export function replay(directory: string): Replay {
  const reading = new Reading();
  for (const number of numbersIn(directory, reading)) reading.read(number, directory);
  return reading.end();
}

function numbersIn(directory: string, reading: Reading): readonly number[] {
  try {
    const numbers = readdirSync(directory).map(numberOfSegment);
    return numbers.filter((number) => number !== undefined).sort((a, b) => a - b);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') reading.fault = error;
    return [];
  }
}

class Reading {
  fault: unknown;
  readonly #bySequence = new Map<number, Entry>();
  readonly #segments: Segment[] = [];
  readonly #damaged: Buffer[] = [];
  #lastSequence = 0;
  #lastSegment = 0;
  #tornBytes = 0;

  read(number: number, directory: string): void {
    this.#lastSegment = number;
    const path = join(directory, segmentName(number));
    let bytes: Buffer;
    try {
      bytes = readWhole(path);
    } catch (error) {
      this.fault = error;
      // It must not be read again after those that follow it have been removed.
      setAside(path);
      return;
    }
    const segment = new Segment(number, path, bytes.length);
    this.#segments.push(segment);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      this.#readLine(bytes.subarray(start, end), segment);
      start = end + 1;
    }
    if (start < bytes.length) this.#readTail(bytes.subarray(start), segment, start);
  }

  end(): Replay {
    const entries = [...this.#bySequence.values()].sort((a, b) => a.sequence - b.sequence);
    for (const entry of entries) {
      if (entry.segment !== undefined) entry.segment.live++;
      if (!entry.isInFlight) continue;
      entry.isInFlight = false;
      entry.lost++;
    }
    return {
      entries,
      segments: this.#segments,
      lastSequence:
        this.fault === undefined ? this.#lastSequence : Math.max(this.#lastSequence, sequenceBeyond()),
      lastSegment: this.#lastSegment,
      damaged: this.#damaged,
      tornBytes: this.#tornBytes,
      fault: this.fault,
    };
  }

  #readLine(line: Buffer, segment: Segment): void {
    const record = parseLine(line);
    if (record === undefined) this.#salvage(line, segment);
    else this.#apply(record, segment);
  }

  /** The last line has no line feed: whole all the same, or torn. */
  #readTail(tail: Buffer, segment: Segment, start: number): void {
    const record = parseLine(tail);
    if (record !== undefined) {
      this.#apply(record, segment);
      return;
    }
    const lost = this.#damaged.length;
    this.#salvage(tail, segment);
    // What begins as a record does, and is no other damage, is one that was being written.
    const isTorn = this.#damaged.length === lost + 1 && this.#damaged.at(-1)?.length === tail.length;
    if (!isTorn || !LINE_START.startsWith(tail.toString('latin1', 0, LINE_START.length))) return;
    this.#damaged.pop();
    this.#tornBytes += tail.length;
    try {
      cut(segment.path, start);
    } catch {
      // It is left out once more the next time.
    }
  }

  /** A line feed that is gone joins two records, and what spoils one must not take the other with it. */
  #salvage(line: Buffer, segment: Segment): void {
    let damagedFrom = 0;
    let from = 0;
    while (from < line.length) {
      const next = line.indexOf(LINE_START, from + 1, 'latin1');
      const end = next < 0 ? line.length : next;
      // Between two records stands what once was a line feed; a record without any stands at the end of a file.
      const record = parseLine(line.subarray(from, end)) ?? parseLine(line.subarray(from, end - 1));
      // A mark within a record, as part of a payload, is no boundary: what follows it has no sum of its own.
      const whole = record ?? parseLine(line.subarray(from));
      if (whole === undefined) {
        from = end;
        continue;
      }
      if (from > damagedFrom) this.#damaged.push(Buffer.from(line.subarray(damagedFrom, from)));
      this.#apply(whole, segment);
      from = record === undefined ? line.length : end;
      damagedFrom = from;
    }
    if (damagedFrom < line.length) this.#damaged.push(Buffer.from(line.subarray(damagedFrom)));
  }

  #apply(record: JournalRecord, segment: Segment): void {
    if (record.kind === 'header') return;
    if (record.kind !== 'put') {
      for (const sequence of record.sequences) this.#change(record.kind, sequence);
      return;
    }
    const entry = new Entry(record.notification, record.sinceMillis, record);
    entry.sequence = record.sequence;
    entry.segment = segment;
    this.#bySequence.set(record.sequence, entry);
    this.#lastSequence = Math.max(this.#lastSequence, record.sequence);
  }

  #change(verb: Verb, sequence: number): void {
    this.#lastSequence = Math.max(this.#lastSequence, sequence);
    const entry = this.#bySequence.get(sequence);
    if (entry === undefined) return;
    if (verb === 'done' || verb === 'dead') {
      this.#bySequence.delete(sequence);
    } else if (verb === 'try') {
      // One after the other without an end between them: a process has died meanwhile.
      if (entry.isInFlight) entry.lost++;
      entry.attempts++;
      entry.isInFlight = true;
    } else {
      entry.isInFlight = false;
      if (verb === 'returned') entry.attempts--;
    }
  }
}

/** Greater than all that may be in what could not be read: the number of a notification must not be another one's, too. */
function sequenceBeyond(): number {
  // A thousand for each millisecond since 1970: no outbox has had more, and it is exact for two centuries and more.
  return Date.now() * 1_000;
}

/** Takes off a file what stands behind so many bytes. */
function cut(path: string, bytes: number): void {
  const fd = openToWrite(path);
  try {
    ftruncateSync(fd, bytes);
  } finally {
    closeSync(fd);
  }
}
