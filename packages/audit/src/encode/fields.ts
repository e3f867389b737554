import { didYouMean, type Problem } from '@org/instrument-core';
import type { AuditOperation } from '../operation/operation.ts';
import type { EncodeCall } from './call.ts';
import { kindOf } from './kind.ts';

/** Keys of {@link AuditOperation}; the compiler misses one that is added there. */
const KEYS: Readonly<Record<keyof AuditOperation, true>> = {
  action: true,
  actor: true,
  target: true,
  outcome: true,
  error: true,
  inputs: true,
  outputs: true,
  reason: true,
  correlation: true,
  startTime: true,
  durationMillis: true,
  attributes: true,
};
const NAMES: readonly string[] = Object.keys(KEYS);
const KNOWN: ReadonlySet<string> = new Set(NAMES);
const MAX_KEY_LENGTH = 64;

/** A field that nobody knows is a mistake; what it says would be missing from the record. */
export function tellUnknown(operation: object, call: EncodeCall): void {
  for (const key in operation) {
    if (KNOWN.has(key) || !Object.hasOwn(operation, key)) continue;
    const word = key.slice(0, MAX_KEY_LENGTH);
    const problem: Problem = {
      path: word,
      found: kindOf((operation as Record<string, unknown>)[key]),
      expected: `one of ${NAMES.join(', ')}`,
      fix: didYouMean(word, NAMES) ?? 'Put it into attributes.',
    };
    call.complain(problem);
  }
}
