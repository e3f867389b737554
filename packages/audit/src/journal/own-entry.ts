import { canonicalJson } from '../canonical/canonical-json.ts';
import type { AuditContext, EncodedEntry } from '../encode/encoder.ts';
import type { JournalEncoder } from '../encode/operation.ts';
import type { EntryContent, JsonValue } from '../operation/entry.ts';
import type { AuditOperation } from '../operation/operation.ts';

/** What the journal puts on record of itself. */
export type OwnAction =
  | 'audit.entries.shed'
  | 'audit.journal.pruned'
  | 'audit.journal.recovered'
  | 'audit.subject.erased';

const NO_FACTS = {
  phase: undefined,
  started: undefined,
  context: undefined,
  traceId: undefined,
  spanId: undefined,
};

/**
 * An entry of the journal's own; with a context, on somebody's behalf. Without, all that it says are figures on which
 * verification relies: they are kept as they are, whatever is to be redacted.
 */
export function ownEntry(
  encoder: JournalEncoder,
  action: OwnAction,
  time: string,
  attributes: Readonly<Record<string, JsonValue>>,
  context: AuditContext | undefined,
): EncodedEntry {
  if (context === undefined) {
    const content: EntryContent = { action, attributes, outcome: 'success', time };
    return { text: canonicalJson(content as unknown as JsonValue), content };
  }
  return encoder.encodeOwn({ action, attributes }, { ...NO_FACTS, time, context });
}

/** The end of an operation that the process did not live to see: what its start says, but for free attributes. */
export function interruptedEntry(
  encoder: JournalEncoder,
  start: EntryContent,
  started: number,
  time: string,
): EncodedEntry {
  const { action, actor, correlation, inputs, reason, target } = start;
  const operation = {
    action,
    actor,
    correlation,
    inputs,
    reason,
    target,
    outcome: 'unknown',
    startTime: Date.parse(start.startTime ?? start.time),
  };
  // What is sealed in an entry stays so: it is taken as it stands.
  return encoder.encodeOwn(operation as AuditOperation, { ...NO_FACTS, time, phase: 'ended', started });
}
