import { discard, errorTypeOf, isError, reportFault } from '@org/instrument-core';
import { kindOf } from '../encode/kind.ts';
import type { AuditFailure, AuditOperation } from '../operation/operation.ts';
import { snapshot } from '../record/snapshot.ts';
import { PersonalValue } from '../subjects/personal.ts';

/** Parts of an operation that its user may say. */
export type PartName = 'actor' | 'target' | 'inputs' | 'outputs' | 'reason' | 'attributes' | 'correlation';

/**
 * Parts of an operation, and what is wrong with those that are missing. Always of one shape: made by spreading objects,
 * an operation would take ten times as long.
 */
export class Parts {
  actor: AuditOperation['actor'] = undefined;
  target: AuditOperation['target'] = undefined;
  inputs: AuditOperation['inputs'] = undefined;
  outputs: AuditOperation['outputs'] = undefined;
  reason: AuditOperation['reason'] = undefined;
  attributes: AuditOperation['attributes'] = undefined;
  correlation: AuditOperation['correlation'] = undefined;
  error: AuditFailure | undefined = undefined;
  faults: string[] | undefined = undefined;
}

/** What a part must look like; the journal looks closer. */
export interface PartShape {
  readonly expected: string;
  /** Whether it is one. */
  holds(value: unknown): boolean;
  /** Whether a call may give it, of which what is wrong will be left out. Default: what {@link holds}. */
  admits?(value: unknown): boolean;
}

const WHO: PartShape = {
  expected: 'an id, personal(…), or an object with an id',
  holds: (value) => isText(value) || (isRecord(value) && isText(value.id)),
};
const DATASETS: PartShape = {
  expected: 'a list of { namespace, name, … }',
  holds: (value) => Array.isArray(value) && value.every(isDataset),
  // One that the journal refuses does not cost the others; see `recordReduced`.
  admits: Array.isArray,
};
const OBJECT: PartShape = { expected: 'an object', holds: isRecord };

const FAILURE: PartShape = {
  expected: '{ type?, message? }, with a text or personal(…) as the message',
  holds: (value) => isRecord(value) && isTextOrNone(value.message) && isWordOrNone(value.type),
};

export const PART_SHAPES: Readonly<Record<PartName, PartShape>> = {
  actor: WHO,
  target: WHO,
  inputs: DATASETS,
  outputs: DATASETS,
  reason: { expected: 'a text or personal(…)', holds: isText },
  attributes: OBJECT,
  correlation: OBJECT,
};

/** Adds a part that a callback has given; what cannot be one is left out, noted and reported. Never throws. */
export function addPart(parts: Parts, name: PartName | 'error', value: unknown): void {
  try {
    if (value === undefined || value === null) return;
    discard(value);
    const shape = name === 'error' ? FAILURE : PART_SHAPES[name];
    if (shape.admits?.(value) ?? shape.holds(value)) {
      // The operation itself may change what it was given.
      (parts as Record<PartName | 'error', unknown>)[name] = snapshot(value);
      return;
    }
    noteMisfit(parts, name, shape.expected, value);
  } catch (fault) {
    noteFault(parts, name, `could not be read (${errorTypeOf(fault)})`, fault);
  }
}

/**
 * Adds what a callback says in place of what was thrown. Of that the type stays where nothing else can be used, and never the
 * message, which was not to be told. Never throws.
 */
export function addFailure(parts: Parts, value: unknown, thrown: unknown): void {
  addPart(parts, 'error', value);
  if (value === undefined || value === null || isError(parts.error)) return;
  const { type = thrown === undefined ? 'Error' : errorTypeOf(thrown), message } = parts.error ?? {};
  parts.error = { type, message };
}

/** Asks a callback; `undefined` when it throws, which is noted and reported. Never throws. */
export function ask(parts: Parts, name: string, callback: () => unknown): unknown {
  try {
    return callback();
  } catch (fault) {
    noteFault(parts, name, `threw ${errorTypeOf(fault)}`, fault);
    return undefined;
  }
}

/** Notes that a callback has given something else than was expected; of that only the kind is told. */
export function noteMisfit(parts: Parts, name: string, expected: string, given: unknown): void {
  const fault = new TypeError(`found ${kindOf(given)}, expected ${expected}`);
  noteFault(parts, name, `expected ${expected}`, fault);
}

/**
 * Notes a fault of a callback in words without values, which may be private. An error goes to `diag`; of anything else that
 * was thrown only the kind.
 */
function noteFault(parts: Parts, name: string, what: string, fault: unknown): void {
  parts.faults ??= [];
  parts.faults.push(`${name}: ${what}`);
  const told = isError(fault) ? fault : new TypeError(`${kindOf(fault)} was thrown, expected an error`);
  reportFault('audit', `the callback ${name} of a decorated operation`, told);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Promise) &&
    !(value instanceof PersonalValue)
  );
}

function isText(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || value instanceof PersonalValue;
}

function isTextOrNone(value: unknown): boolean {
  return value === undefined || typeof value === 'string' || isText(value);
}

function isWordOrNone(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function isDataset(value: unknown): boolean {
  return isRecord(value) && typeof value.namespace === 'string' && typeof value.name === 'string';
}
