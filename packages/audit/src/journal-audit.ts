import { counted, monotonicMillis, reasonOf, reportFault, within } from '@org/instrument-core';
import type { Audit, AuditStatus, Checkpoint, OpenOperation, OperationEnd } from './audit.ts';
import { currentAuditContext, withAuditContext } from './context/audit-context.ts';
import type { AuditContext, EncodedEntry } from './encode/encoder.ts';
import { unavailable } from './journal/overflow.ts';
import type { JournalAuditParts } from './journal-audit-parts.ts';
import type { AuditEntry, EntryContent, RecordedEntry } from './operation/entry.ts';
import type { AuditOperation, SpanReference } from './operation/operation.ts';
import type { AuditPage, AuditQuery } from './query/query.ts';
import { pageOf, queryJournal } from './query/query-journal.ts';
import { activeSpan } from './record/active-span.ts';
import type { OperationSpan } from './record/span.ts';
import type { Verification, VerifyOptions } from './verify/verification.ts';
import { verifyJournal } from './verify/verify-journal.ts';

const NO_CONTEXT: AuditContext = {};
const NO_SPAN: Partial<SpanReference> = {};

/** {@link Audit} on a journal of its own. */
export class JournalAudit implements Audit {
  readonly #parts: JournalAuditParts;
  #closing: Promise<void> | undefined;
  #isClosed = false;
  #signing: Promise<unknown> = Promise.resolve();
  #erasing: Promise<unknown> = Promise.resolve();

  constructor(parts: JournalAuditParts) {
    this.#parts = parts;
  }

  record(operation: AuditOperation): RecordedEntry {
    const { spans } = this.#parts;
    const span = spans.open(operation, undefined);
    const { entry, content } = this.#put(operation, undefined, undefined, span);
    spans.close(span, content, entry);
    return entry;
  }

  begin(operation: AuditOperation): OpenOperation {
    const { journal, spans } = this.#parts;
    const startedAt = Date.now();
    const startMillis = monotonicMillis();
    const span = spans.open(operation, startedAt);
    const { entry, content } = this.#put(operation, 'started', undefined, span);
    spans.began(span, content);
    if (entry.index !== undefined) journal.write();
    // Whoever ends it may be about something else.
    const context = currentAuditContext() ?? NO_CONTEXT;
    const ids = span?.spanContext ?? activeSpan() ?? NO_SPAN;
    let ended: RecordedEntry | undefined;
    return {
      entry,
      end: (given: OperationEnd = {}) => {
        if (ended !== undefined) return ended;
        const durationMillis = monotonicMillis() - startMillis;
        const startTime = operation.startTime ?? startedAt;
        const whole = { durationMillis, ...operation, startTime, ...defined(given) };
        const end = this.#put(whole, 'ended', entry.index, span, context, ids);
        spans.close(span, end.content, end.entry, durationMillis);
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

  erase(subject: string): Promise<boolean> {
    const erased = this.#erase(subject);
    this.#erasing = Promise.allSettled([this.#erasing, erased]);
    return erased;
  }

  status(): AuditStatus {
    const { journal, state, options, origin, overflow, checkpointer } = this.#parts;
    return {
      state: state.state,
      reason: state.reason,
      directory: options.directory,
      origin,
      size: journal.size,
      durable: journal.durable,
      waitingBytes: journal.waitingBytes,
      shed: overflow.shed,
      missing: this.#parts.missing,
      checkpointed: checkpointer.size,
    };
  }

  async flush(): Promise<void> {
    const { journal, state } = this.#parts;
    const { size } = journal;
    await journal.flush();
    const missing = size - journal.durable;
    if (missing <= 0) return;
    throw unavailable(
      `${counted(missing, 'entry is', 'entries are')} not on disk: ${state.reason ?? 'it was closed'}`,
    );
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /**
   * Closes the journal at once: when the process ends, or when all that was under way is over. Never throws. `idle`:
   * resolves when what could not be waited for is over.
   */
  closeNow(idle?: Promise<void>): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { journal, checkpointer } = this.#parts;
    try {
      // The disk may be back, and have room for what is to be told.
      if (!this.#tellShed() && journal.commitNow()) this.#tellShed();
      journal.endSegment();
      if (journal.commitNow()) checkpointer.signNow(journal.size, journal.root());
    } catch (error) {
      reportFault('audit', 'signing the last checkpoint', error);
    }
    this.#release(idle);
  }

  /** Writes nothing any more: somebody else has taken the directory over. */
  abandon(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const reason = 'another process has taken the directory over';
    reportFault('audit', 'keeping the directory of the journal', reason);
    this.#release(undefined, reason);
  }

  /** Puts on record how many entries are missing, which somebody else had to shed. */
  recordShed(entries: number, since: string): void {
    this.#parts.overflow.add(entries);
    if (!this.#isClosed) this.#parts.own.record('audit.entries.shed', { entries, since });
  }

  /** The disk takes entries again, or has taken some. */
  relieved(): void {
    if (this.#isClosed) return;
    this.#parts.overflow.relieve();
    this.#parts.state.open();
    this.#tellShed();
  }

  #put(
    operation: AuditOperation,
    phase: 'started' | 'ended' | undefined,
    started: number | undefined,
    span: OperationSpan | undefined,
    context: AuditContext | undefined = currentAuditContext(),
    ids: Partial<SpanReference> | undefined = span?.spanContext ?? activeSpan(),
  ): { entry: RecordedEntry; content: EntryContent } {
    const { clock, encoder, journal, metrics, overflow } = this.#parts;
    const time = clock.hold();
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
    } finally {
      clock.release();
    }
    const { text, content } = encoded;
    if (this.#isClosed) return { entry: this.#drop('the journal is closed'), content };
    if (!overflow.hasRoom(text.length)) {
      return { entry: this.#drop('there is no room'), content };
    }
    metrics.count('recorded');
    return { entry: journal.append(text, time, content), content };
  }

  #drop(why: string): RecordedEntry {
    const { metrics, overflow } = this.#parts;
    metrics.count('shed');
    return overflow.drop(why);
  }

  /** `false` when there is something to be told, and no room for it. */
  #tellShed(): boolean {
    const { overflow, own } = this.#parts;
    if (!overflow.hasUntold) return true;
    const untold = overflow.takeUntold();
    if (untold !== undefined) own.record('audit.entries.shed', { ...untold });
    return untold !== undefined;
  }

  async #erase(subject: string): Promise<boolean> {
    const { keys, options, own } = this.#parts;
    // The keys may be another process's by now.
    if (this.#isClosed) throw unavailable('the journal is closed');
    const context = currentAuditContext();
    const pseudonym = await keys.erase(subject);
    if (pseudonym === undefined) return false;
    if (this.#isClosed) throw unavailable('the journal was closed while a key was erased');
    await own.record('audit.subject.erased', { pseudonym }, context).durable;
    options.events.emit('audit.erased', {
      directory: options.directory,
      pseudonym,
      timestampMillis: Date.now(),
    });
    return true;
  }

  async #sign(): Promise<Checkpoint> {
    const { journal, checkpointer } = this.#parts;
    const { size } = journal;
    const root = journal.root();
    await this.flush();
    if (this.#isClosed && checkpointer.size < size) throw unavailable('the journal is closed');
    try {
      return await checkpointer.sign(size, root);
    } catch (error) {
      throw unavailable(`the checkpoint could not be written: ${reasonOf(error)}`, error);
    }
  }

  async #close(): Promise<void> {
    const { journal, options, stopBackground } = this.#parts;
    const rest = Promise.allSettled([this.#erasing, stopBackground(), this.#signing]).then(() => {});
    let isIdle = false;
    const idle = Promise.all([journal.flush(), rest]).then(() => {
      isIdle = true;
    });
    // What is under way is waited for, so that it is not done twice; a disk that does not answer, only for a while.
    await within(idle, options.blockTimeoutMillis, () => {}, { ref: true });
    this.closeNow(isIdle ? undefined : rest);
  }

  #release(idle: Promise<void> | undefined, lost?: string): void {
    const { journal, keys, metrics, onClose, state } = this.#parts;
    const reason = lost ?? state.reason;
    const unwritten = journal.size - journal.durable;
    if (unwritten > 0) {
      reportFault(
        'audit',
        'bringing the last entries to disk',
        `${counted(unwritten, 'is', 'are')} lost: ${reason ?? 'no disk'}`,
      );
    }
    journal.stop(() => unavailable(`the journal was closed before it was on disk: ${reason ?? 'no disk'}`));
    keys.close();
    metrics.stop();
    onClose(idle);
    state.close(lost);
  }
}

function defined(end: OperationEnd): OperationEnd {
  return Object.fromEntries(Object.entries(end).filter(([, value]) => value !== undefined));
}
