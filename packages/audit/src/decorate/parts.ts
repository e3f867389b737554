import { errorTypeOf, reportFault } from '@org/instrument-core';
import type { AuditOperation } from '../operation/operation.ts';
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
export function addPart(parts: Parts, name: PartName, value: unknown): void {
  try {
    if (value === undefined || value === null) return;
    discard(value);
    const shape = PART_SHAPES[name];
    if (shape.admits?.(value) ?? shape.holds(value)) {
      // The operation itself may change what it was given.
      (parts as Record<PartName, unknown>)[name] = snapshot(value);
      return;
    }
    noteFault(parts, name, `expected ${shape.expected}`, value);
  } catch (fault) {
    noteFault(parts, name, `could not be read (${errorTypeOf(fault)})`, fault);
  }
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

/** Notes a fault of a callback in words without values, which may be private; its error goes to `diag`. */
export function noteFault(parts: Parts, name: string, what: string, fault: unknown): void {
  parts.faults ??= [];
  parts.faults.push(`${name}: ${what}`);
  reportFault('audit', `the callback ${name} of a decorated operation`, fault);
}

/** Swallows the rejection of what a callback returned by mistake, such as the promise of an async function. */
export function discard(value: unknown): void {
  if (value instanceof Promise) value.catch(() => {});
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

function isDataset(value: unknown): boolean {
  return isRecord(value) && typeof value.namespace === 'string' && typeof value.name === 'string';
}
