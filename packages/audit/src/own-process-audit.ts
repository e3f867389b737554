import { counted, InstrumentError, tell } from '@org/instrument-core';
import type { Audit, AuditStatus, OpenOperation } from './audit.ts';
import { withAuditContext } from './context/audit-context.ts';
import type { AuditEntry, RecordedEntry } from './operation/entry.ts';
import { checkEarly } from './record/check-early.ts';
import { EarlyOperations, type InstallableAudit } from './record/early-operations.ts';
import { PendingEntry } from './record/recorded-entry.ts';

/** `waiting`: nobody has said yet whether there will be a journal; `announced`: there will be one soon. */
type Mode = 'waiting' | 'announced' | 'installed' | 'disabled';

/** What is known of a journal that is being opened. */
export interface Announcement {
  /** Why it could not be opened so far; `undefined` while it has not failed. */
  readonly failure?: (() => string | undefined) | undefined;
  /** Whether operations are refused rather than kept in memory once it has failed. Default `false`. */
  readonly refuses?: boolean | undefined;
}

const early = new EarlyOperations();
let installed: Audit | undefined;
/** Of each announcement, why there is no journal yet; nothing while there is no reason to worry. */
const announcements = new Set<Announcement>();
let wasInstalled = false;
let refusals = 0;
// Follows from the others; every call of an audited function looks at it.
let mode: Mode = 'waiting';

// Shared by all that is recorded while audit is off; it rejects only where somebody asks for `durable`.
const NOT_RECORDED = new PendingEntry();
NOT_RECORDED.reject(unavailable('Audit is not enabled in this process'));
const NOT_OPEN: OpenOperation = { entry: NOT_RECORDED, end: (): RecordedEntry => NOT_RECORDED };

/**
 * The audit of the process, for applications and libraries alike. Until a journal is installed, operations wait, up to
 * 1,000 of them and 16 MiB, and reach it with the time, trace and context that they were recorded in, and one that is wrong whatever
 * the journal is throws at once; where `init()` was told of
 * no audit, recording is nearly free, and `durable` of what it returns rejects with `INSTRUMENT_AUDIT_UNAVAILABLE` when
 * it is asked for. What needs a journal rejects with the same while there is none.
 */
export const audit: Audit = {
  record: (operation) => {
    if (installed !== undefined) return installed.record(operation);
    if (mode === 'disabled') return NOT_RECORDED;
    refuseIfAsked();
    checkEarly(operation);
    return early.record(operation);
  },
  begin: (operation) => {
    if (installed !== undefined) return installed.begin(operation);
    if (mode === 'disabled') return NOT_OPEN;
    refuseIfAsked();
    checkEarly(operation);
    return early.begin(operation);
  },
  with: (context, fn) => withAuditContext(context, fn),
  query: (query) => (installed === undefined ? failingIteration() : installed.query(query)),
  page: async (query) => journal().page(query),
  verify: async (options) => journal().verify(options),
  checkpoint: async () => journal().checkpoint(),
  erase: async (subject) => journal().erase(subject),
  status: () => (installed === undefined ? ownStatus() : installed.status()),
  flush: async () => {
    if (installed !== undefined) return installed.flush();
    if (early.size === 0) return;
    if (mode === 'announced') await Promise.all(early.entries().map((entry) => entry.durable));
    else journal();
  },
  close: async () => installed?.close(),
};

/** Whether the process's audit was turned off, so that operations need not even be looked at. */
export function isAuditDisabled(): boolean {
  return mode === 'disabled';
}

/** Whether what is recorded in the process's audit will come to a journal for all that is known. */
export function isJournalExpected(): boolean {
  return mode === 'announced' || mode === 'installed';
}

/** Why the journal that is being opened is not open yet, in one line; `undefined` while that has not failed. */
export function openingFailure(): string | undefined {
  for (const announcement of announcements) {
    const reason = failureOf(announcement);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** Operations that wait for a journal: what is lost when the process ends now. */
export function waitingOperations(): number {
  return early.size;
}

/**
 * Says that a journal will be installed soon, until the function that is returned is called: what still waits then,
 * with no journal ever installed, is dropped, counted and said once.
 */
export function announceAudit(announcement: Announcement = {}): () => void {
  // A copy, so that the same may be announced twice.
  const own = { ...announcement };
  announcements.add(own);
  update();
  return once(() => {
    announcements.delete(own);
    update();
    if (mode === 'waiting') drop('the journal could not be opened');
  });
}

/**
 * Makes `implementation` the audit of the process: what waits is handed over in order, and everything from now on goes
 * there, until the function that is returned is called. Then what was there before is there again: another
 * implementation, or waiting for one.
 */
export function installAudit(implementation: InstallableAudit): () => void {
  const before = installed;
  installed = implementation;
  wasInstalled = true;
  update();
  early.handOver(implementation);
  return once(() => {
    if (installed !== implementation) return;
    installed = before;
    update();
  });
}

/**
 * Says that there will be no journal, until the function that is returned is called: what waits is dropped, counted and
 * said once, and recording is nearly free. Without effect while a journal is announced or installed.
 */
export function disableAudit(): () => void {
  refusals++;
  update();
  if (mode === 'disabled') drop('init() was told of no audit');
  return once(() => {
    refusals--;
    update();
  });
}

function update(): void {
  if (installed !== undefined) mode = 'installed';
  else if (announcements.size > 0) mode = 'announced';
  else mode = refusals > 0 ? 'disabled' : 'waiting';
}

function drop(why: string): void {
  const dropped = early.drop(why);
  if (dropped === 0) return;
  tell(
    'warn',
    `audit: ${counted(dropped, 'operation was recorded, and is', 'operations were recorded, and are')} ` +
      `dropped, for ${why}. ` +
      'Give init({ audit: { directory } }) a directory that can be written to keep them.',
  );
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    act();
  };
}

function ownStatus(): AuditStatus {
  return {
    state: mode === 'disabled' || (mode === 'waiting' && wasInstalled) ? 'closed' : 'opening',
    reason: whyNone(),
    directory: undefined,
    origin: undefined,
    size: early.size,
    durable: 0,
    waitingBytes: early.bytes,
    shed: early.shed,
    checkpointed: 0,
    missing: 0,
  };
}

function whyNone(): string {
  if (mode === 'disabled') return 'audit is not enabled in this process';
  if (mode === 'announced') return openingFailure() ?? 'the journal is being opened';
  return wasInstalled ? 'the journal was closed' : 'no journal has been opened yet';
}

/** What failed, as part of a sentence: what quotes it has a code of its own. */
function failureOf({ failure }: Announcement): string | undefined {
  return failure?.()
    ?.replaceAll(/ \[INSTRUMENT_\w+\]/g, '')
    .replaceAll(/\n\s*-?\s*/g, '; ');
}

/** @throws {InstrumentError} where what cannot be put on record must not be done. */
function refuseIfAsked(): void {
  if (mode !== 'announced') return;
  for (const announcement of announcements) {
    const reason = announcement.refuses === true ? failureOf(announcement) : undefined;
    if (reason !== undefined) {
      throw new InstrumentError('INSTRUMENT_AUDIT_UNAVAILABLE', `Not put on record: ${reason}`);
    }
  }
}

/** @throws {InstrumentError} when no journal is installed. */
function journal(): Audit {
  if (installed !== undefined) return installed;
  const summary = `There is no journal: ${whyNone()}`;
  if (mode !== 'announced') throw unavailable(summary);
  const isFailing = openingFailure() !== undefined;
  throw new InstrumentError('INSTRUMENT_AUDIT_UNAVAILABLE', summary, [
    {
      path: 'audit',
      found: isFailing ? 'a journal that could not be opened' : 'a journal that is not open yet',
      expected: 'an open one',
      fix: isFailing
        ? 'Put right what keeps it from being opened: unless its options are wrong, init() tries again by itself.'
        : 'Await telemetry.ready first.',
    },
  ]);
}

function unavailable(summary: string): InstrumentError {
  return new InstrumentError('INSTRUMENT_AUDIT_UNAVAILABLE', summary, [
    { path: 'audit', found: 'nothing', expected: 'a journal', fix: 'Call init({ audit: { directory } }).' },
  ]);
}

function failingIteration(): AsyncIterableIterator<AuditEntry> {
  return {
    next: async () => {
      journal();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
