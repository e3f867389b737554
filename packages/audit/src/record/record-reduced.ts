import { errorTypeOf, InstrumentError, isError, reportFault } from '@org/instrument-core';
import type { AuditOperation, AuditText } from '../operation/operation.ts';
import { PersonalValue } from '../subjects/personal.ts';
import { DatasetSelection } from './dataset-selection.ts';
import { withFaults } from './faults.ts';

/** Longest identity that a reduced operation keeps, in characters: a cut one is better than none. */
const MAX_ID_LENGTH = 256;

/** Whether a journal has no room for an operation, whatever is in it. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof InstrumentError && error.code === 'INSTRUMENT_AUDIT_UNAVAILABLE';
}

/** How often datasets are left out one by one: a refusal names twenty, and encoding thousands of them takes its time. */
const MAX_SELECTIONS = 3;

/** Then the list that has them is left out, and perhaps the other one. */
const MAX_ROUNDS = MAX_SELECTIONS + 2;

/**
 * Calls `record` with an operation; when that fails for what is in it, again with less: at first without the datasets that
 * are wrong, when nothing else is; else with action, outcome, times and the identities of actor and target, then without
 * these. The entry says so in `audit.fault`, and then the fault is reported.
 *
 * @throws {InstrumentError} `INSTRUMENT_AUDIT_UNAVAILABLE`, and whatever is thrown for what is left in the end.
 */
export function recordReduced<O extends Partial<AuditOperation>, T extends object>(
  operation: O,
  record: (operation: O) => T,
): T {
  let refusal: unknown;
  try {
    return record(operation);
  } catch (fault) {
    if (isUnavailable(fault)) throw fault;
    refusal = fault;
  }
  const reduced = recordSelected(operation, record, refusal) ?? recordBare(operation, record);
  // What could not be recorded at all is thrown, and is the caller's to tell.
  reportFault('audit', 'recording an operation in full', refusal);
  return reduced;
}

function recordBare<O extends Partial<AuditOperation>, T extends object>(
  operation: O,
  record: (operation: O) => T,
): T {
  const bare = bareOf(operation);
  const { actor, target } = operation;
  try {
    return record({ ...bare, ...identity('actor', actor), ...identity('target', target) });
  } catch (refusal) {
    if (isUnavailable(refusal)) throw refusal;
  }
  return record(bare);
}

/**
 * Records an operation that was refused without the datasets that are wrong; `undefined` when something else is.
 *
 * @throws {InstrumentError} `INSTRUMENT_AUDIT_UNAVAILABLE`.
 */
function recordSelected<O extends Partial<AuditOperation>, T extends object>(
  operation: O,
  record: (operation: O) => T,
  refusal: unknown,
): T | undefined {
  let latest = refusal;
  try {
    const selection = new DatasetSelection(operation);
    for (let round = 0; round < MAX_ROUNDS && selection.leaveOut(latest, round >= MAX_SELECTIONS); round++) {
      try {
        return record(selection.operation);
      } catch (next) {
        latest = next;
      }
    }
  } catch (unreadable) {
    // Lists that throw when they are read.
    latest = unreadable;
  }
  if (isUnavailable(latest)) throw latest;
  return undefined;
}

/** Of an operation what is always kept: action, outcome, times, and the class of an error. It says so. */
export function bareOf<O extends Partial<AuditOperation>>(operation: O): O {
  const { action, outcome, startTime, durationMillis, error } = operation;
  return {
    ...(action === undefined ? {} : { action }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(startTime === undefined ? {} : { startTime }),
    ...(durationMillis === undefined ? {} : { durationMillis }),
    ...(error === undefined ? {} : { error: { type: failureType(error) } }),
    attributes: withFaults(undefined, ['refused: recorded without its other parts']),
  } as unknown as O;
}

/** The class of an error, or of a failure that was described already. Never throws. */
function failureType(error: unknown): string {
  const type = isError(error) ? undefined : propertyOf(error, 'type');
  return (typeof type === 'string' ? type : errorTypeOf(error)).slice(0, MAX_ID_LENGTH);
}

function identity(part: 'actor' | 'target', given: unknown): Partial<AuditOperation> {
  const id: unknown = isText(given) ? given : propertyOf(given, 'id');
  if (!isText(id)) return {};
  return { [part]: typeof id === 'string' ? id.slice(0, MAX_ID_LENGTH) : id };
}

/** What is at fault may be a getter. */
function propertyOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is AuditText {
  try {
    return typeof value === 'string' || value instanceof PersonalValue;
  } catch {
    return false;
  }
}
