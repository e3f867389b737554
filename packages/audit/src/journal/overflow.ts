import { InstrumentError, monotonicMillis } from '@org/instrument-core';
import type { RecordedEntry } from '../operation/entry.ts';
import type { WhenFull } from '../options.ts';
import { PendingEntry } from '../record/recorded-entry.ts';
import type { EntryClock } from './entry-clock.ts';
import type { Journal } from './journal.ts';
import type { JournalState } from './state.ts';

/** How long `block` sleeps between two attempts to bring entries to disk. */
const BLOCK_STEP_MILLIS = 20;

/** Entries shed that no entry tells of yet, and when the first of them came. */
export interface Untold {
  readonly entries: number;
  readonly since: string;
}

/** What becomes of entries that the journal has no room for, as `whenFull` has it. */
export class Overflow {
  readonly #journal: Journal;
  readonly #state: JournalState;
  readonly #clock: EntryClock;
  readonly #whenFull: WhenFull;
  readonly #blockTimeoutMillis: number;
  #shed = 0;
  #untold = 0;
  #untoldSince = '';
  /** Whether somebody has waited for room in vain: until the disk takes entries again, nobody else is held up. */
  #isHopeless = false;

  constructor(parts: {
    readonly journal: Journal;
    readonly state: JournalState;
    readonly clock: EntryClock;
    readonly options: { readonly whenFull: WhenFull; readonly blockTimeoutMillis: number };
  }) {
    this.#journal = parts.journal;
    this.#state = parts.state;
    this.#clock = parts.clock;
    this.#whenFull = parts.options.whenFull;
    this.#blockTimeoutMillis = parts.options.blockTimeoutMillis;
  }

  /** Entries shed so far. */
  get shed(): number {
    return this.#shed;
  }

  /** Counts entries that somebody else had to shed. */
  add(entries: number): void {
    this.#shed += entries;
  }

  /** Whether there is room for an entry of so many characters, after waiting for it where that was asked for. */
  hasRoom(length: number): boolean {
    return this.#journal.hasRoom(length) || this.#waitForRoom(length);
  }

  /**
   * Leaves an entry out.
   *
   * @throws {InstrumentError} `INSTRUMENT_AUDIT_UNAVAILABLE` unless that is to shed.
   */
  drop(why: string): RecordedEntry {
    this.#shed++;
    const { reason } = this.#state;
    const error = unavailable(reason === undefined ? why : `${why}: ${reason}`);
    if (this.#whenFull !== 'shed') throw error;
    if (this.#untold++ === 0) this.#untoldSince = this.#clock.next();
    const entry = new PendingEntry();
    entry.reject(error);
    return entry;
  }

  /** Whether there is anything to be told. */
  get hasUntold(): boolean {
    return this.#untold > 0;
  }

  /** What is to be told now; `undefined` when there is nothing, or no room for it. */
  takeUntold(): Untold | undefined {
    if (this.#untold === 0 || !this.#journal.hasRoom(256)) return undefined;
    const untold = { entries: this.#untold, since: this.#untoldSince };
    this.#untold = 0;
    return untold;
  }

  /** The disk takes entries again, or has taken some. */
  relieve(): void {
    this.#isHopeless = false;
  }

  #waitForRoom(length: number): boolean {
    const journal = this.#journal;
    this.#state.full();
    if (this.#whenFull !== 'block' || this.#isHopeless) return false;
    const deadlineMillis = monotonicMillis() + this.#blockTimeoutMillis;
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    // It may be closed in here, when it is found that another process has taken it over.
    while (monotonicMillis() < deadlineMillis && this.#state.state !== 'closed') {
      if (journal.commitNow() && journal.hasRoom(length)) return true;
      Atomics.wait(sleeper, 0, 0, BLOCK_STEP_MILLIS);
    }
    this.#isHopeless = true;
    return false;
  }
}

/** What is thrown, or `durable` rejects with, for what is on no record. */
export function unavailable(why: string, cause?: unknown): InstrumentError {
  return new InstrumentError('INSTRUMENT_AUDIT_UNAVAILABLE', `Not put on record: ${why}`, [], cause);
}
