import { cutText, InstrumentError, reasonOf, visibleText } from '@org/instrument-core';

/** Characters that are told of what a server says: whoever answers in its place may say anything. */
const MAX_REASON_LENGTH = 500;

/** The database did not do something, or not in time. What it said is told in one line that a terminal obeys nothing of. */
export function unavailable(what: string, cause: unknown): InstrumentError {
  const reason = reasonOf(cause);
  const found = visibleText(cutText(reason, MAX_REASON_LENGTH));
  const problem = { path: what, found, expected: 'the database to do it, and in time' };
  const summary = 'The database of the ledger does not do what it is asked';
  // Whoever tells an error tells its cause too: only one that can be told as it is.
  const told = found === reason ? cause : undefined;
  return new InstrumentError('INSTRUMENT_AUDIT_UNAVAILABLE', summary, [problem], told);
}

/** The ledger was closed before. */
export function closedError(): InstrumentError {
  return new InstrumentError('INSTRUMENT_AUDIT_UNAVAILABLE', 'The ledger is closed');
}
