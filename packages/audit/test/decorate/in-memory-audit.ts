import { InstrumentError } from '@org/instrument-core';
import type { Audit, OpenOperation, OperationEnd } from '../../src/audit.ts';
import { currentAuditContext, withAuditContext } from '../../src/context/audit-context.ts';
import type { AuditContext } from '../../src/encode/encoder.ts';
import { createEntryEncoder } from '../../src/encode/operation.ts';
import type { AuditEntry, RecordedEntry } from '../../src/operation/entry.ts';
import type { AuditOperation } from '../../src/operation/operation.ts';
import { PendingEntry } from '../../src/record/recorded-entry.ts';
import { HiddenTexts } from '../encode/encoding.ts';

/**
 * An audit that keeps its entries in memory, and whose disk is as slow, full or broken as a test wants it. It merges
 * the two ends of an operation; what it takes, and what becomes of it, is the encoder's to say, as in a journal.
 */
export class InMemoryAudit implements Audit {
  readonly entries: AuditEntry[] = [];
  /** Entries become durable at once; otherwise when a test calls `sync`. */
  isFast = true;
  /** `record` and `begin` throw, as with `whenFull: 'fail'`. */
  isFull = false;
  readonly #waiting: PendingEntry[] = [];
  readonly #encoder = createEntryEncoder({ subjects: new HiddenTexts() });

  record(operation: AuditOperation): RecordedEntry {
    return this.#put(operation, undefined, undefined, currentAuditContext());
  }

  begin(operation: AuditOperation): OpenOperation {
    const context = currentAuditContext();
    const startTime = Date.now();
    const entry = this.#put(operation, 'started', undefined, context);
    let ended: RecordedEntry | undefined;
    const end = (given: OperationEnd = {}): RecordedEntry => {
      const defined = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
      const whole = { startTime, durationMillis: Date.now() - startTime, ...operation, ...defined };
      ended ??= this.#put(whole, 'ended', entry.index, context);
      return ended;
    };
    return { entry, end };
  }

  with<T>(context: AuditContext, fn: () => T): T {
    return withAuditContext(context, fn);
  }

  /** Everything so far is on disk. */
  sync(): void {
    for (const entry of this.#waiting.splice(0)) entry.resolve();
  }

  /** What waits will never be on disk. */
  lose(error: unknown): void {
    for (const entry of this.#waiting.splice(0)) entry.reject(error);
  }

  query = (): never => unsupported();
  page = (): never => unsupported();
  verify = (): never => unsupported();
  checkpoint = (): never => unsupported();
  erase = (): never => unsupported();
  status = (): never => unsupported();
  async flush(): Promise<void> {}
  async close(): Promise<void> {}

  #put(
    operation: AuditOperation,
    phase: 'started' | 'ended' | undefined,
    started: number | undefined,
    context: AuditContext | undefined,
  ): RecordedEntry {
    const time = new Date().toISOString();
    const facts = { time, phase, started, context, traceId: undefined, spanId: undefined };
    const { content } = this.#encoder.encode(operation, facts);
    if (this.isFull) throw new InstrumentError('INSTRUMENT_AUDIT_UNAVAILABLE', 'There is no room');
    const index = this.entries.length;
    const hash = `hash ${index}`;
    this.entries.push({ ...content, index, hash });
    const entry = new PendingEntry(index, hash);
    if (this.isFast) entry.resolve();
    else this.#waiting.push(entry);
    return entry;
  }
}

function unsupported(): never {
  throw new Error('Kept in memory only');
}
