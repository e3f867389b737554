import type { Begun } from './claim.ts';
import { describeEntry } from './describe-entry.ts';
import type { LedgerEntry, LedgerState } from './entry.ts';

const STATUS: Readonly<Record<LedgerState, Exclude<Begun['status'], 'claimed'>>> = {
  pending: 'waiting',
  running: 'running',
  completed: 'completed',
  failed: 'waiting',
  dead: 'dead',
};

/** Why there is no claim on an input. */
export function refusal(entry: LedgerEntry): Begun {
  return { status: STATUS[entry.state], entry, reason: describeEntry(entry) };
}
