import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { counted, InstrumentError, reasonOf, reportFault } from '@org/instrument-core';
import { type DirectoryLock, makeDirectory } from '@org/instrument-core/directory';
import type { Audit, Checkpoint } from './audit.ts';
import { loadSigningKey, type SigningKey } from './checkpoint/signing-key.ts';
import { createEntryEncoder } from './encode/operation.ts';
import type { RecoveredEvent } from './events.ts';
import { atExit } from './journal/at-exit.ts';
import { Chain } from './journal/chain.ts';
import { Checkpointer } from './journal/checkpointer.ts';
import { EntryClock } from './journal/entry-clock.ts';
import { findEntries } from './journal/find-entries.ts';
import { SEGMENTS, VERIFIER_KEY } from './journal/format.ts';
import { Journal } from './journal/journal.ts';
import { guardOf, lockJournal } from './journal/lock-journal.ts';
import { startMaintenance } from './journal/maintenance.ts';
import { createJournalMetrics } from './journal/metrics.ts';
import { readFileNow } from './journal/open-file.ts';
import { Overflow } from './journal/overflow.ts';
import { OwnRecorder, UNKNOWN_ACTION } from './journal/own-recorder.ts';
import { type FoundJournal, recoverJournal } from './journal/recover.ts';
import { signedEntries } from './journal/signed-entries.ts';
import { JournalState } from './journal/state.ts';
import { JournalAudit } from './journal-audit.ts';
import type { EntryContent } from './operation/entry.ts';
import type { AuditOptions } from './options.ts';
import { EntrySpans } from './record/entry-spans.ts';
import { primeProducers } from './record/prime-producers.ts';
import { OperationSpans } from './record/span.ts';
import { type ResolvedAuditOptions, resolveAuditOptions } from './resolve-options.ts';
import { openSubjectKeys } from './subjects/open-subject-keys.ts';

/**
 * Opens a journal, or makes one, and returns what puts operations on record in it. Synchronous: what is recorded in the
 * next line is in the journal.
 *
 * A journal that was not closed is recovered: what was cut off in the middle of an entry is moved to `torn/`, operations
 * that had started and not ended get an entry of outcome `unknown`, and all of that is put on record, with the number of
 * entries that no checkpoint covers, and published as the event `audit.recovered`.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with all problems of the options; `INSTRUMENT_AUDIT_LOCKED` when
 * another process has the directory, with its pid; `INSTRUMENT_AUDIT_UNAVAILABLE` when the directory cannot be used.
 *
 * @example
 * const audit = createAudit({ directory: '/var/lib/checkout/audit' });
 * audit.record({ action: 'orders.refund', actor: 'user:42', target: 'order:7', reason: 'ticket 1234' });
 * await audit.close();
 */
export function createAudit(given: AuditOptions): Audit {
  return openAudit(given);
}

/** As {@link createAudit}, with what only this package may call. */
export function openAudit(given: AuditOptions): JournalAudit {
  const asked = resolveAuditOptions(given);
  const options = { ...asked, directory: resolve(asked.directory) };
  const { directory } = options;
  let onLost = (): void => {};
  const lock = attempt(directory, () => {
    makeDirectory(join(directory, SEGMENTS));
    return lockJournal(directory, () => onLost());
  });
  try {
    const found = attempt(directory, () => recoverJournal(directory));
    const origin = originOf(options, found);
    const key = loadSigningKey(directory, given.signingKey, origin);
    const audit = attempt(directory, () => assemble(given, options, found, key, lock));
    onLost = () => audit.abandon();
    return audit;
  } catch (error) {
    lock.release();
    throw error;
  }
}

function assemble(
  given: AuditOptions,
  options: ResolvedAuditOptions,
  found: FoundJournal,
  key: SigningKey,
  lock: DirectoryLock,
): JournalAudit {
  const { directory, events } = options;
  const { origin } = key;
  const chain = found.chain ?? Chain.begin(origin);
  const interrupted = [...chain.open];
  const kept = chain.size;
  const guard = guardOf(lock);
  const onSigned = (checkpoint: Checkpoint): void => {
    events.emit('audit.checkpoint', { directory, ...checkpoint, timestampMillis: Date.now() });
  };
  const checkpointer = new Checkpointer(directory, key, onSigned, guard);
  const signed = signedEntries(directory, chain, checkpointer.last);
  const isCut = checkpointer.size > kept;
  // Of those that were rewritten, nobody can tell which are as they were.
  const missing = checkpointer.size - (isCut ? kept : signed);
  const unsigned = kept - signed;
  const keys = openSubjectKeys(directory, guard);
  const encoder = createEntryEncoder({ ...given, subjects: keys });
  const state = new JournalState(directory, events, () => {
    const { waitingBytes, shed, size, durable } = audit.status();
    return { waitingEntries: size - durable, waitingBytes, shed };
  });
  let onRotated = (): void => {};
  const journal = new Journal({
    ...options,
    guard,
    chain,
    unsealed: found.unsealed,
    keys,
    onDurable: (durationMillis) => {
      metrics.synced(durationMillis);
      if (state.state !== 'open') audit.relieved();
    },
    onFault: (error) => (error === undefined ? audit.relieved() : state.wait(error)),
    onRotated: () => onRotated(),
  });
  const metrics = createJournalMetrics(options.meterProvider, origin, () => audit.status());
  const clock = new EntryClock(chain.lastTime);
  const own = new OwnRecorder(journal, encoder, clock);
  const spans = given.tracer === undefined ? undefined : new OperationSpans(given.tracer);
  const closing = new AbortController();
  const audit: JournalAudit = new JournalAudit({
    options,
    origin,
    journal,
    encoder,
    clock,
    spans: new EntrySpans(spans, origin),
    state,
    overflow: new Overflow({ journal, state, clock, options }),
    own,
    metrics,
    checkpointer,
    keys,
    missing,
    stopBackground: async () => {
      closing.abort();
      await Promise.all([maintenance.stop(), primed]);
    },
    onClose: (idle) => {
      forgetExit();
      closing.abort();
      void maintenance.stop();
      // Whoever comes next must not meet what is still under way.
      if (idle === undefined) lock.release();
      else void idle.then(() => lock.release());
    },
  });
  const forgetExit = atExit(() => audit.closeNow());
  const maintenance = startMaintenance({ audit, own, journal, signed, options });
  onRotated = maintenance.onRotated;
  const primed =
    spans === undefined || kept === 0 ? undefined : primeProducers(spans, directory, closing.signal);
  try {
    // Closing signs even a journal without entries: one that has a key and nothing else has lost the rest.
    const isLeft = key.isNew || checkpointer.last !== undefined;
    const isClosed =
      isLeft && found.unsealed === undefined && found.tornBytes === 0 && interrupted.length === 0;
    if (!isClosed || missing > 0 || unsigned > 0) {
      tellRecovered(own, journal, clock, options, found, { interrupted, missing, unsigned });
    }
  } catch (error) {
    audit.closeNow();
    throw error;
  }
  if (missing > 0) {
    const what = isCut ? cutShort(checkpointer.size, kept) : rewritten(checkpointer.size);
    reportFault('audit', 'finding all entries', `${what}. Run verify.`);
  }
  return audit;
}

function cutShort(signed: number, kept: number): string {
  const missing = counted(signed - kept, 'is missing', 'are missing');
  return `${missing}: ${counted(signed, 'was', 'were')} signed, ${counted(kept, 'is', 'are')} there`;
}

function rewritten(signed: number): string {
  return signed === 1
    ? 'the first is not the one that was signed'
    : `the first ${signed} are not those that were signed`;
}

function tellRecovered(
  own: OwnRecorder,
  journal: Journal,
  clock: EntryClock,
  { directory, events }: ResolvedAuditOptions,
  { tornBytes, tornFile }: FoundJournal,
  { interrupted, missing, unsigned }: Pick<RecoveredEvent, 'interrupted' | 'missing' | 'unsigned'>,
): void {
  const size = journal.size;
  own.record('audit.journal.recovered', {
    entries: size,
    interrupted: interrupted.length,
    ...(missing === 0 ? {} : { missing }),
    tornBytes,
    ...(tornFile === undefined ? {} : { tornFile }),
    unsigned,
  });
  const starts = findEntries(directory, interrupted);
  // Retention may have taken a start; that it was interrupted is known all the same.
  const unknown: EntryContent = { action: UNKNOWN_ACTION, time: clock.next() };
  own.recordInterrupted(new Map(interrupted.map((index) => [index, starts.get(index) ?? unknown])));
  const timestampMillis = Date.now();
  const figures = { size, tornBytes, tornFile, missing, unsigned, interrupted };
  events.emit('audit.recovered', { directory, ...figures, timestampMillis });
}

/** Name of the journal: it was fixed when the journal was made. */
function originOf({ directory, origin }: ResolvedAuditOptions, { chain }: FoundJournal): string {
  const known = chain?.origin ?? publishedOrigin(directory);
  if (known !== undefined && origin !== undefined && known !== origin) {
    throw new InstrumentError('INSTRUMENT_INVALID_ARGUMENT', 'The journal has another name', [
      {
        path: 'origin',
        found: origin,
        expected: known,
        fix: 'Leave it out, or begin a journal in another directory.',
      },
    ]);
  }
  return known ?? origin ?? `instrument-audit/${randomBytes(8).toString('hex')}`;
}

function publishedOrigin(directory: string): string | undefined {
  try {
    return readFileNow(join(directory, VERIFIER_KEY)).toString().split('+')[0];
  } catch {
    return undefined;
  }
}

function attempt<T>(directory: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof InstrumentError) throw error;
    throw new InstrumentError(
      'INSTRUMENT_AUDIT_UNAVAILABLE',
      `The journal in ${directory} cannot be opened: ${reasonOf(error)}`,
      [],
      error,
    );
  }
}
