import { InstrumentError, type Problem } from '@org/instrument-core';
import { kindOf } from './kind.ts';

/** The problem of what is no operation at all. */
export function noOperation(given: unknown): Problem {
  return { path: '', found: kindOf(given), expected: 'an operation: { action, … }' };
}

/** What cannot be put on record, with all that is wrong with it. */
export function refusal(operation: unknown, problems: readonly Problem[]): InstrumentError {
  return new InstrumentError(
    'INSTRUMENT_AUDIT_REFUSED',
    `${nameOf(operation)} cannot be put on record`,
    problems,
  );
}

/** The action, where it is one: a stack of refusals is read by it. */
function nameOf(operation: unknown): string {
  try {
    const { action } = operation as { action?: unknown };
    if (typeof action === 'string' && /^[\w.-]{1,128}$/.test(action)) return `The operation ${action}`;
  } catch {
    // It is told by the problems.
  }
  return 'An operation';
}
