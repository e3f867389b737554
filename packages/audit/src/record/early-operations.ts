import { type Context, context as contextApi, trace } from '@opentelemetry/api';
import { countSelf, InstrumentError, monotonicMillis, reportFault, tell } from '@org/instrument-core';
import type { Audit, OpenOperation, OperationEnd } from '../audit.ts';
import { currentAuditContext, runInAuditContext } from '../context/audit-context.ts';
import type { AuditContext } from '../encode/encoder.ts';
import type { RecordedEntry } from '../operation/entry.ts';
import type { AuditOperation } from '../operation/operation.ts';
import { bareOf, recordReduced } from './record-reduced.ts';
import { PendingEntry } from './recorded-entry.ts';
import { sizeOf } from './size-of.ts';
import { snapshot } from './snapshot.ts';

/** Operations that wait for a journal. 1,000: a start-up has a few dozen. */
export const EARLY_CAPACITY = 1_000;
/** What they may hold in memory all together: as much as waits for the disk once there is a journal, by default. */
const MAX_EARLY_MIB = 16;

/** An audit that can put on record what was lost before it was there. */
export interface InstallableAudit extends Audit {
  /** So many operations are missing, the first of them since `since`: ISO 8601 in UTC. */
  recordShed?(entries: number, since: string): void;
}

/**
 * Operations that were recorded before there was a journal: the oldest are kept, with the time, trace and context that
 * they were recorded in; what comes beyond, by number or by size, is shed, counted and said once.
 */
export class EarlyOperations {
  #waiting: EarlyOperation[] = [];
  #bytes = 0;
  #shed = 0;
  #shedSince = '';
  #isSaid = false;

  /** About how many bytes those that wait hold. */
  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** Operations shed, of which no journal knows yet. */
  get shed(): number {
    return this.#shed;
  }

  /** The entries that wait. */
  entries(): RecordedEntry[] {
    return this.#waiting.map((early) => early.entry);
  }

  record(operation: AuditOperation): RecordedEntry {
    return this.#add(operation, false).entry;
  }

  begin(operation: AuditOperation): OpenOperation {
    return this.#add(operation, true);
  }

  /** Gives all to a journal, in the order in which they were recorded. */
  handOver(audit: InstallableAudit): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    for (const early of waiting) early.handOver(audit);
    const shed = this.#shed;
    if (shed === 0) return;
    this.#shed = 0;
    try {
      audit.recordShed?.(shed, this.#shedSince);
    } catch (fault) {
      reportFault('audit', 'recording how many early operations were shed', fault);
    }
  }

  /** Gives all up. Returns how many waited. */
  drop(why: string): number {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    for (const early of waiting) early.lose(why);
    if (waiting.length > 0) countSelf('instrument.faults', 'audit', waiting.length);
    return waiting.length;
  }

  #add(operation: AuditOperation, isOpen: boolean): EarlyOperation {
    const early = new EarlyOperation(operation, isOpen, this.#takeRoom);
    if (this.#waiting.length < EARLY_CAPACITY && this.#takeRoom(early.given)) {
      this.#waiting.push(early);
      return early;
    }
    early.lose(`${EARLY_CAPACITY} operations waited for a journal already, or ${MAX_EARLY_MIB} MiB of them`);
    if (this.#shed++ === 0) this.#shedSince = new Date().toISOString();
    countSelf('instrument.faults', 'audit');
    if (!this.#isSaid) {
      this.#isSaid = true;
      tell(
        'warn',
        `audit: ${EARLY_CAPACITY} operations wait for a journal, or ${MAX_EARLY_MIB} MiB of them, and what is recorded from now on is lost. ` +
          'Call init({ audit: { directory } }) earlier, or init() without audit to say that none is wanted.',
      );
    }
    return early;
  }

  /** `false` when there is no room for what an operation holds. */
  readonly #takeRoom: TakeRoom = (given) => {
    const bytes = this.#bytes + sizeOf(given);
    if (bytes > MAX_EARLY_MIB * 1024 ** 2) return false;
    this.#bytes = bytes;
    return true;
  };
}

type TakeRoom = (given: unknown) => boolean;

/** One operation that waits, and afterwards the door to what it has become. */
class EarlyOperation implements OpenOperation {
  readonly entry: PendingEntry = new PendingEntry();
  readonly #operation: AuditOperation;
  readonly #isOpen: boolean;
  readonly #takeRoom: TakeRoom;
  readonly #startMillis: number;
  readonly #recordedTime: number;
  readonly #trace: Context;
  readonly #context: AuditContext | undefined;
  #end: { readonly given: OperationEnd; readonly entry: PendingEntry; readonly millis: number } | undefined;
  #real: OpenOperation | undefined;
  #realEnd: RecordedEntry | undefined;
  #isLost = false;

  constructor(operation: AuditOperation, isOpen: boolean, takeRoom: TakeRoom) {
    this.#operation = snapshot(operation);
    this.#isOpen = isOpen;
    this.#takeRoom = takeRoom;
    this.#startMillis = monotonicMillis();
    this.#recordedTime = Date.now();
    this.#trace = contextApi.active();
    this.#context = currentAuditContext();
  }

  /** What it holds. */
  get given(): unknown {
    return [this.#operation, this.#context];
  }

  end(given: OperationEnd = {}): RecordedEntry {
    if (this.#real !== undefined) {
      // The journal knows only when it was handed over.
      const durationMillis = monotonicMillis() - this.#startMillis;
      const timed = { durationMillis, ...given };
      this.#realEnd ??= this.#real.end(timed);
      return this.#realEnd;
    }
    if (this.#isLost) return this.entry;
    if (this.#end === undefined) {
      const kept = this.#takeRoom(given) ? snapshot(given) : bareOf(given);
      this.#end = { given: kept, entry: new PendingEntry(), millis: monotonicMillis() };
    }
    return this.#end.entry;
  }

  /** Never throws: what a journal refuses even when it is reduced is reported, and its entry is rejected. */
  handOver(audit: Audit): void {
    try {
      contextApi.with(this.#trace, () => runInAuditContext(this.#context, () => this.#recordIn(audit)));
    } catch (fault) {
      this.#reject(fault);
      reportFault('audit', 'recording an early operation', fault);
    }
  }

  lose(why: string): void {
    this.#reject(new InstrumentError('INSTRUMENT_AUDIT_UNAVAILABLE', `Not put on record: ${why}`));
  }

  #recordIn(audit: Audit): void {
    const operation = { ...this.#operation, ...this.#correlation() };
    const end = this.#end;
    if (!this.#isOpen || end !== undefined) {
      // Begun and ended before there was a journal: one entry says it all, and how long it took.
      const whole = end === undefined ? operation : { ...operation, ...given(end.given) };
      const durationMillis =
        operation.durationMillis ?? (end === undefined ? undefined : end.millis - this.#startMillis);
      const startTime = operation.startTime ?? this.#recordedTime - (operation.durationMillis ?? 0);
      const timed = { ...whole, startTime, ...(durationMillis === undefined ? {} : { durationMillis }) };
      const real = recordReduced(timed, (kept) => audit.record(kept));
      this.entry.follow(real);
      end?.entry.follow(real);
      return;
    }
    const startTime = operation.startTime ?? this.#recordedTime;
    this.#real = recordReduced({ ...operation, startTime }, (kept) => audit.begin(kept));
    this.entry.follow(this.#real.entry);
  }

  /** The span that was active, where activating its context again has no effect. */
  #correlation(): Pick<AuditOperation, 'correlation'> {
    if (contextApi.active() === this.#trace) return {};
    const span = trace.getSpanContext(this.#trace);
    if (span === undefined) return {};
    const { traceId, spanId } = span;
    return { correlation: { traceId, spanId, ...this.#operation.correlation } };
  }

  #reject(error: unknown): void {
    this.#isLost = true;
    this.entry.reject(error);
    this.#end?.entry.reject(error);
  }
}

/** What an end says; where it says nothing the beginning holds. */
function given(end: OperationEnd): OperationEnd {
  return Object.fromEntries(Object.entries(end).filter(([, value]) => value !== undefined));
}
