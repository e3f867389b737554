import { createActionCheck } from '../encode/action.ts';
import { EncodeCall } from '../encode/call.ts';
import { tellUnknown } from '../encode/fields.ts';
import { isList } from '../encode/kind.ts';
import { encodeOutcome } from '../encode/outcome.ts';
import { noOperation, refusal } from '../encode/refusal.ts';
import type { AuditOperation } from '../operation/operation.ts';

const checkAction = createActionCheck(undefined);

/**
 * Checks of an operation what needs no journal: that it is one, its fields, action and outcome. What its options decide,
 * such as the actions that were declared, and what the other fields hold, a journal checks when it takes it.
 *
 * @throws {InstrumentError} `INSTRUMENT_AUDIT_REFUSED` with all problems.
 */
export function checkEarly(operation: AuditOperation): void {
  const call = new EncodeCall(0, false, undefined);
  if (typeof operation !== 'object' || operation === null || isList(operation)) {
    throw refusal(operation, [noOperation(operation)]);
  }
  try {
    tellUnknown(operation, call);
    const problem = checkAction(operation.action, false);
    if (problem !== undefined) call.complain(problem);
    encodeOutcome(operation.outcome, false, call);
  } catch {
    // Getters and proxies may refuse to tell; then the journal does.
    return;
  }
  const problems = call.problems();
  if (problems !== undefined) throw refusal(operation, problems);
}
