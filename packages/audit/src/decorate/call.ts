import { type Context, context as contextApi } from '@opentelemetry/api';
import {
  endWhenAbandoned,
  type Followed,
  forgetHandle,
  monotonicMillis,
  reportFault,
} from '@org/instrument-core';
import type { Audit, OpenOperation, OperationEnd } from '../audit.ts';
import { currentAuditContext, runInAuditContext } from '../context/audit-context.ts';
import type { AuditContext } from '../encode/encoder.ts';
import type { RecordedEntry } from '../operation/entry.ts';
import type { AuditOperation, AuditOutcome } from '../operation/operation.ts';
import { audit as processAudit } from '../process-audit.ts';
import { withFaults } from '../record/faults.ts';
import { isUnavailable, recordReduced } from '../record/record-reduced.ts';
import { addPart, ask, type PartName, Parts } from './parts.ts';
import type { Settings } from './settings.ts';
import { askAfter, type Ending, failureOf, outcomeOf, type Subject } from './verdict.ts';

/** Attribute of an operation that nobody will end any more. */
const ABANDONED_ATTRIBUTE = 'audit.abandoned';

/**
 * One call of an audited function, from its begin to its one end. It holds neither arguments nor result, so that it
 * can outlive them. Only `openCall` throws.
 */
export class AuditedCall implements Followed<Subject> {
  isWatched = false;
  readonly startMillis: number;
  readonly #settings: Settings;
  readonly #audit: Audit;
  readonly #known: Parts;
  readonly #context: AuditContext | undefined;
  readonly #trace: Context;
  readonly #startTime: number;
  #open: OpenOperation | undefined;
  #ended = false;

  constructor(settings: Settings, known: Parts) {
    this.#settings = settings;
    this.#audit = settings.audit ?? processAudit;
    this.#known = known;
    this.#context = currentAuditContext();
    this.#trace = contextApi.active();
    this.#startTime = Date.now();
    this.startMillis = monotonicMillis();
  }

  get ended(): boolean {
    return this.#ended;
  }

  get streamOption(): boolean | undefined {
    return this.#settings.stream;
  }

  /** The entry that says that it started; `undefined` where there is none. */
  get started(): RecordedEntry | undefined {
    return this.#open?.entry;
  }

  /** Puts on record that the call starts. @throws {InstrumentError} `INSTRUMENT_AUDIT_UNAVAILABLE`. */
  begin(): void {
    if (this.#settings.durability === 'queued') return;
    const { action } = this.#settings;
    const { actor, target, inputs, outputs, reason, attributes, correlation, faults } = this.#known;
    const operation: AuditOperation = {
      action,
      actor,
      target,
      inputs,
      outputs,
      reason,
      correlation,
      attributes: withFaults(attributes, faults),
    };
    try {
      this.#open = recordReduced(operation, (kept) => this.#audit.begin(kept));
    } catch (fault) {
      if (isUnavailable(fault)) throw fault;
      // Nothing of it can be put on record, not even the action; that is no reason to keep the application from its work.
      reportFault('audit', `beginning ${action}`, fault);
      this.#ended = true;
    }
  }

  succeed(result: unknown, subject: Subject): void {
    this.end({ kind: 'returned', result }, subject);
  }

  fail(error: unknown, subject: Subject): void {
    this.end({ kind: 'threw', error }, subject);
  }

  close(_result: unknown, subject: Subject): void {
    this.cancel(subject);
  }

  cancel(subject: Subject): void {
    this.end({ kind: 'cancelled' }, subject);
  }

  watch(handle: object): void {
    endWhenAbandoned(this, handle);
  }

  report(what: string, fault: unknown): void {
    reportFault('audit', `${what} of ${this.#settings.action}`, fault);
  }

  /** Puts on record how the call ended. Returns the entry, if there is one. */
  end(ending: Ending, subject: Subject): RecordedEntry | undefined {
    if (this.#ended) return undefined;
    this.#ended = true;
    forgetHandle(this);
    const parts = new Parts();
    const outcome = outcomeOf(this.#settings, ending, parts);
    askAfter(this.#settings, ending, outcome, subject, parts);
    const thrown = ending.kind === 'threw' && outcome !== 'success' ? failureOf(ending.error) : undefined;
    return this.#record(this.#endOf(parts, outcome, parts.error ?? thrown));
  }

  /** Nobody will end the call any more. */
  abandon(): void {
    if (this.#ended) return;
    this.#ended = true;
    const parts = new Parts();
    parts.attributes = { [ABANDONED_ATTRIBUTE]: true };
    this.#record(this.#endOf(parts, 'cancelled', undefined));
  }

  /** What was known before, with what is known after in its place, or, of attributes, added to it. */
  #endOf(after: Parts, outcome: AuditOutcome, error: unknown): OperationEnd {
    const known = this.#known;
    const attributes = joined(known.attributes, after.attributes);
    const faults = after.faults === undefined ? known.faults : [...(known.faults ?? []), ...after.faults];
    return {
      outcome,
      error,
      actor: after.actor ?? known.actor,
      target: after.target ?? known.target,
      inputs: after.inputs ?? known.inputs,
      outputs: after.outputs ?? known.outputs,
      reason: after.reason ?? known.reason,
      attributes: withFaults(attributes, faults),
    };
  }

  /** Where the call began, wherever it ends: the consumer of a stream may be in the context of somebody else. */
  #record(end: OperationEnd): RecordedEntry | undefined {
    try {
      return runInAuditContext(this.#context, () =>
        contextApi.active() === this.#trace
          ? this.#recordHere(end)
          : contextApi.with(this.#trace, () => this.#recordHere(end)),
      );
    } catch (fault) {
      // The operation is done, and its result is the caller's: whatever the journal says comes too late.
      reportFault('audit', `ending ${this.#settings.action}`, fault);
      return undefined;
    }
  }

  #recordHere(end: OperationEnd): RecordedEntry {
    const open = this.#open;
    if (open !== undefined) return recordReduced(end, (kept) => open.end(kept));
    const { outcome, error, actor, target, inputs, outputs, reason, attributes } = end;
    const operation: AuditOperation = {
      action: this.#settings.action,
      actor,
      target,
      outcome,
      error,
      inputs,
      outputs,
      reason,
      correlation: this.#known.correlation,
      startTime: this.#startTime,
      durationMillis: monotonicMillis() - this.startMillis,
      attributes,
    };
    return recordReduced(operation, (kept) => this.#audit.record(kept));
  }
}

/**
 * Asks for what is known before a call, and puts on record that it starts.
 *
 * @throws {InstrumentError} `INSTRUMENT_AUDIT_UNAVAILABLE` when the journal takes no more, and is to fail then.
 */
export function openCall(settings: Settings, { args, self }: Subject): AuditedCall {
  const parts = new Parts();
  for (const [name, value] of settings.fixed) (parts as Record<PartName, unknown>)[name] = value;
  for (const [name, callback] of settings.asked) {
    // A list of its own: the function's arguments are not the callback's to change.
    addPart(
      parts,
      name,
      ask(parts, name, () => callback([...args], self)),
    );
  }
  const call = new AuditedCall(settings, parts);
  call.begin();
  return call;
}

function joined(
  before: AuditOperation['attributes'],
  after: AuditOperation['attributes'],
): AuditOperation['attributes'] {
  if (before === undefined || after === undefined) return before ?? after;
  return { ...before, ...after };
}
