import { InstrumentError } from '@org/instrument-core';
import { describeEntry } from './describe-entry.ts';
import type { LedgerEntry } from './entry.ts';

/** Thrown to a claimant whose claim is not its own any more. Its code is `INSTRUMENT_AUDIT_REFUSED`. */
export class StaleClaimError extends InstrumentError {
  override readonly name = 'StaleClaimError';
  /** What is known of the input now; `undefined` when nothing is. */
  readonly entry: LedgerEntry | undefined;

  /** `what` was refused, such as `complete`. */
  constructor(what: string, key: string, token: number | undefined, entry: LedgerEntry | undefined) {
    super('INSTRUMENT_AUDIT_REFUSED', `The ledger refuses ${what}: the claim is not held any more`, [
      {
        path: key,
        found: entry === undefined ? 'no such input' : `${describeEntry(entry)}, token ${entry.token}`,
        expected: token === undefined ? 'it to be claimable' : `it to be running with token ${token}`,
        fix: 'Discard what was done, or ask for a longer leaseDuration.',
      },
    ]);
    this.entry = entry;
  }
}
