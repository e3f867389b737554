import { discard, errorTypeOf, isAbort } from '@org/instrument-core';
import type { AuditOutcome } from '../operation/operation.ts';
import type { EndedCall } from './audited-options.ts';
import { addFailure, addPart, ask, isRecord, noteMisfit, type PartName, type Parts } from './parts.ts';
import type { Settings } from './settings.ts';

const OUTCOMES: readonly unknown[] = ['success', 'failure', 'cancelled', 'denied', 'unknown'];
const AFTER_PARTS: readonly PartName[] = ['actor', 'target', 'inputs', 'outputs', 'reason', 'attributes'];

/** How a call ended. */
export type Ending =
  | { readonly kind: 'returned'; readonly result: unknown }
  | { readonly kind: 'threw'; readonly error: unknown }
  | { readonly kind: 'cancelled' };

/** Arguments and `this` of a call. */
export interface Subject {
  readonly args: unknown[];
  readonly self: unknown;
}

/** What the user's `classify` says of a call that ended, or else the default. Never throws. */
export function outcomeOf({ classify }: Settings, ending: Ending, parts: Parts): AuditOutcome {
  if (classify !== undefined && ending.kind !== 'cancelled') {
    const outcome = ask(parts, 'classify', () =>
      ending.kind === 'threw' ? classify(ending.error, undefined) : classify(undefined, ending.result),
    );
    if (OUTCOMES.includes(outcome)) return outcome as AuditOutcome;
    discard(outcome);
    if (outcome !== undefined) noteMisfit(parts, 'classify', 'an outcome', outcome);
  }
  if (ending.kind === 'returned') return 'success';
  return ending.kind === 'cancelled' || isAbort(ending.error) ? 'cancelled' : 'failure';
}

/** Asks the user's `after` for what is known now that the call has ended. Never throws. */
export function askAfter(
  { after }: Settings,
  ending: Ending,
  outcome: AuditOutcome,
  { args, self }: Subject,
  parts: Parts,
): void {
  if (after === undefined) return;
  const result: unknown = ending.kind === 'returned' ? ending.result : undefined;
  const error = ending.kind === 'threw' ? ending.error : undefined;
  const call = { args, self, result, error, outcome } as EndedCall;
  ask(parts, 'after', () => {
    const said = after(call);
    discard(said);
    if (said === undefined || said === null) return;
    if (!isRecord(said)) noteMisfit(parts, 'after', 'an object', said);
    else {
      addFailure(parts, said.error, error);
      for (const name of AFTER_PARTS) addPart(parts, name, said[name]);
    }
  });
}

/** What was thrown, in a form that says so even where it is nothing. */
export function failureOf(error: unknown): unknown {
  return error ?? { type: errorTypeOf(error) };
}
