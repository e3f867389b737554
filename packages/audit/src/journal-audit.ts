import { InstrumentError, monotonicMillis, reasonOf, reportFault } from '@org/instrument-core';
import type { Audit, AuditStatus, Checkpoint, OpenOperation, OperationEnd } from './audit.ts';
import { currentAuditContext, withAuditContext } from './context/audit-context.ts';
import type { Checkpointer } from './journal/checkpointer.ts';
import type { EntryClock } from './journal/entry-clock.ts';
import type { Journal } from './journal/journal.ts';
import type { JournalMetrics } from './journal/metrics.ts';
import { interruptedEntry, type OwnAction, ownEntry } from './journal/own-entry.ts';
import type { JournalState } from './journal/state.ts';
import type { AuditEntry, EntryContent, JsonValue, RecordedEntry } from './operation/entry.ts';
import type { AuditOperation } from './operation/operation.ts';
import type { AuditPage, AuditQuery } from './query/query.ts';
import { pageOf, queryJournal } from './query/query-journal.ts';
import { activeSpan } from './record/active-span.ts';
import type { JournalEncoder } from './record/encode-operation.ts';
import type { AuditContext, EncodedEntry } from './record/encoder.ts';
import { PendingEntry } from './record/recorded-entry.ts';
import type { OperationSpan, OperationSpans } from './record/span.ts';
import type { ResolvedAuditOptions } from './resolve-options.ts';
import type { SubjectKeys } from './subjects/subject-keys.ts';
import type { Verification, VerifyOptions } from './verify/verification.ts';
import { verifyJournal } from './verify/verify-journal.ts';

/** How long `block` sleeps between two attempts to bring entries to disk. */
const BLOCK_STEP_MILLIS = 20;

/** The parts of an audit on a journal. */
export interface JournalAuditParts {
  readonly options: ResolvedAuditOptions;
  readonly origin: string;
  readonly journal: Journal;
  readonly encoder: JournalEncoder;
  readonly clock: EntryClock;
  readonly spans: OperationSpans | undefined;
  readonly state: JournalState;
  readonly metrics: JournalMetrics;
  readonly checkpointer: Checkpointer;
  readonly keys: SubjectKeys;
  /** Stops all else, when the journal is closed. */
  readonly onClose: () => void;
}

/** {@link Audit} on a journal of its own. */
export class JournalAudit implements Audit {
  readonly #parts: JournalAuditParts;
  #shed = 0;
  /** Entries shed that no entry tells of yet, and when the first of them came. */
  #untold = 0;
  #untoldSince = '';
  /** Whether somebody has waited for room in vain: until the disk takes entries again, nobody else is held up. */
  #isHopeless = false;
  #closing: Promise<void> | undefined;
  #isClosed = false;
  #signing: Promise<unknown> = Promise.resolve();

  constructor(parts: JournalAuditParts) {
    this.#parts = parts;
  }

  record(operation: AuditOperation): RecordedEntry {
    const startMillis = Date.now() - (operation?.durationMillis ?? 0);
    const span = this.#openSpan(operation, startMillis);
    const { entry, content } = this.#put(operation, undefined, undefined, span);
    this.#closeSpan(span, content, entry);
    return entry;
  }

  begin(operation: AuditOperation): OpenOperation {
    const { journal } = this.#parts;
    const startedAt = Date.now();
    const startMillis = monotonicMillis();
    const span = this.#openSpan(operation, startedAt);
    const { entry } = this.#put(operation, 'started', undefined, span);
    if (entry.index !== undefined) journal.write();
    const context = currentAuditContext();
    let ended: RecordedEntry | undefined;
    return {
      entry,
      end: (given: OperationEnd = {}) => {
        if (ended !== undefined) return ended;
        const durationMillis = monotonicMillis() - startMillis;
        const whole = { startTime: startedAt, durationMillis, ...operation, ...defined(given) };
        const end = this.#put(whole, 'ended', entry.index, span, context);
        this.#closeSpan(span, end.content, end.entry);
        ended = end.entry;
        return ended;
      },
    };
  }

  with<T>(context: AuditContext, fn: () => T): T {
    return withAuditContext(context, fn);
  }

  query(query: AuditQuery = {}): AsyncIterableIterator<AuditEntry> {
    this.#parts.journal.write();
    return queryJournal(this.#parts.options.directory, query, this.#parts.keys);
  }

  page(query: AuditQuery = {}): Promise<AuditPage> {
    this.#parts.journal.write();
    return pageOf(this.#parts.options.directory, query, this.#parts.keys);
  }

  async verify(options: VerifyOptions = {}): Promise<Verification> {
    await this.#parts.journal.flush();
    return verifyJournal(this.#parts.options.directory, options);
  }

  checkpoint(): Promise<Checkpoint> {
    // One after the other: sizes only rise in the file.
    const signed = this.#signing.then(() => this.#sign());
    this.#signing = signed.catch(() => {});
    return signed;
  }

  async erase(subject: string): Promise<boolean> {
    const { keys, options } = this.#parts;
    const pseudonym = await keys.erase(subject);
    if (pseudonym === undefined) return false;
    this.recordOwn('audit.subject.erased', { pseudonym });
    options.events.emit('audit.erased', {
      directory: options.directory,
      pseudonym,
      timestampMillis: Date.now(),
    });
    return true;
  }

  status(): AuditStatus {
    const { journal, state, options, origin, checkpointer } = this.#parts;
    return {
      state: state.state,
      reason: state.reason,
      directory: options.directory,
      origin,
      size: journal.size,
      durable: journal.durable,
      waitingBytes: journal.waitingBytes,
      shed: this.#shed,
      checkpointed: checkpointer.size,
    };
  }

  async flush(): Promise<void> {
    const { journal, state } = this.#parts;
    const { size } = journal;
    await journal.flush();
    if (journal.durable >= size) return;
    throw unavailable(
      `${size - journal.durable} entries are not on disk: ${state.reason ?? 'it was closed'}`,
    );
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Closes the journal at once, when the process ends. Never throws. */
  closeNow(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { journal, checkpointer, state, keys, metrics, onClose } = this.#parts;
    this.#tellShed();
    journal.endSegment();
    try {
      if (journal.commitNow()) checkpointer.signNow(journal.size, journal.root());
    } catch (error) {
      reportFault('audit', 'signing the last checkpoint', error);
    }
    const { reason } = state;
    journal.stop(() => unavailable(`the journal was closed before it was on disk: ${reason ?? 'no disk'}`));
    keys.close();
    metrics.stop();
    onClose();
    state.close();
  }

  /** Puts on record what the journal itself does. */
  recordOwn(action: OwnAction, attributes: Record<string, JsonValue>): RecordedEntry {
    const { clock, encoder, journal } = this.#parts;
    const time = clock.next();
    return journal.append(ownEntry(encoder, action, time, attributes).text, time, {});
  }

  /** Puts on record that operations were interrupted, of which only the starts are known. */
  recordInterrupted(starts: ReadonlyMap<number, EntryContent>): void {
    const { clock, encoder, journal } = this.#parts;
    for (const [started, start] of starts) {
      const time = clock.next();
      const { text, content } = interruptedEntry(encoder, start, started, time);
      journal.append(text, time, content);
    }
  }

  /** Puts on record how many entries are missing, which somebody else had to shed. */
  recordShed(entries: number, since: string): void {
    this.#shed += entries;
    this.recordOwn('audit.entries.shed', { entries, since });
  }

  /** The disk takes entries again, or has taken some. */
  relieved(): void {
    this.#isHopeless = false;
    this.#parts.state.open();
    this.#tellShed();
  }

  #openSpan(operation: AuditOperation, startMillis: number): OperationSpan | undefined {
    const { spans } = this.#parts;
    if (spans === undefined || typeof operation?.action !== 'string') return undefined;
    return spans.open({ action: operation.action }, startMillis);
  }

  #closeSpan(span: OperationSpan | undefined, content: EntryContent | undefined, entry: RecordedEntry): void {
    const { spans, origin } = this.#parts;
    if (span === undefined || content === undefined) return;
    spans?.close(span, content, { index: entry.index, hash: entry.hash, origin });
  }

  #put(
    operation: AuditOperation,
    phase: 'started' | 'ended' | undefined,
    started: number | undefined,
    span: OperationSpan | undefined,
    context: AuditContext | undefined = currentAuditContext(),
  ): { entry: RecordedEntry; content: EntryContent } {
    const { clock, encoder, journal, metrics } = this.#parts;
    const ids = span?.spanContext ?? activeSpan();
    const time = clock.next();
    let encoded: EncodedEntry;
    try {
      encoded = encoder.encode(operation, {
        time,
        phase,
        started,
        context,
        traceId: ids?.traceId,
        spanId: ids?.spanId,
      });
    } catch (error) {
      metrics.count('refused');
      throw error;
    }
    const { text, content } = encoded;
    if (this.#isClosed) return { entry: this.#drop('the journal is closed'), content };
    if (!journal.hasRoom(text.length) && !this.#waitForRoom(text.length)) {
      return { entry: this.#drop('there is no room'), content };
    }
    metrics.count('recorded');
    return { entry: journal.append(text, time, content), content };
  }

  /** Whether there is room after waiting for it, where that was asked for. */
  #waitForRoom(length: number): boolean {
    const { journal, options, state } = this.#parts;
    state.full();
    if (options.whenFull !== 'block' || this.#isHopeless) return false;
    const deadlineMillis = monotonicMillis() + options.blockTimeoutMillis;
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    while (monotonicMillis() < deadlineMillis) {
      if (journal.commitNow() && journal.hasRoom(length)) return true;
      Atomics.wait(sleeper, 0, 0, BLOCK_STEP_MILLIS);
    }
    this.#isHopeless = true;
    return false;
  }

  /**
   * Leaves an entry out, as `whenFull` has it.
   *
   * @throws {InstrumentError} `INSTRUMENT_AUDIT_UNAVAILABLE` unless that is to shed.
   */
  #drop(why: string): RecordedEntry {
    const { clock, metrics, options, state } = this.#parts;
    metrics.count('shed');
    this.#shed++;
    const error = unavailable(state.reason === undefined ? why : `${why}: ${state.reason}`);
    if (options.whenFull !== 'shed') throw error;
    if (this.#untold++ === 0) this.#untoldSince = clock.next();
    const entry = new PendingEntry();
    entry.reject(error);
    return entry;
  }

  #tellShed(): void {
    if (this.#untold === 0 || !this.#parts.journal.hasRoom(256)) return;
    const attributes = { entries: this.#untold, since: this.#untoldSince };
    this.#untold = 0;
    this.recordOwn('audit.entries.shed', attributes);
  }

  async #sign(): Promise<Checkpoint> {
    const { journal, checkpointer } = this.#parts;
    const { size } = journal;
    const root = journal.root();
    await this.flush();
    try {
      return await checkpointer.sign(size, root);
    } catch (error) {
      throw unavailable(`the checkpoint could not be written: ${reasonOf(error)}`, error);
    }
  }

  async #close(): Promise<void> {
    // What is under way is waited for, so that it is not done twice; a disk that does not answer, only for a while.
    const late = new Promise<void>((resolve) =>
      setTimeout(resolve, this.#parts.options.blockTimeoutMillis).unref(),
    );
    const idle = Promise.allSettled([this.#parts.journal.flush(), this.#signing]).then(() => {});
    await Promise.race([idle, late]);
    this.closeNow();
  }
}

function unavailable(why: string, cause?: unknown): InstrumentError {
  return new InstrumentError('INSTRUMENT_AUDIT_UNAVAILABLE', `Not put on record: ${why}`, [], cause);
}

function defined(end: OperationEnd): OperationEnd {
  return Object.fromEntries(Object.entries(end).filter(([, value]) => value !== undefined));
}
