import { InstrumentError, reasonOf } from '@org/instrument-core';

/** The database did not do something, or not in time. */
export function unavailable(what: string, cause: unknown): InstrumentError {
  const problem = { path: what, found: reasonOf(cause), expected: 'the database to do it, and in time' };
  const summary = 'The database of the ledger does not do what it is asked';
  return new InstrumentError('INSTRUMENT_AUDIT_UNAVAILABLE', summary, [problem], cause);
}

/** The ledger was closed before. */
export function closedError(): InstrumentError {
  return new InstrumentError('INSTRUMENT_AUDIT_UNAVAILABLE', 'The ledger is closed');
}
