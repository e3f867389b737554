import { InstrumentError } from '@org/instrument-core';
import { isList } from '../encode/kind.ts';
import type { AuditOperation } from '../operation/operation.ts';

/** What a refusal says of one dataset: `inputs[3].bytes`. */
const DATASET = /^(inputs|outputs)\[(\d+)\]/;

type Field = 'inputs' | 'outputs';

/** An operation without the datasets that were refused. */
export interface WithoutRefused<O> {
  readonly operation: O;
  /** Why each of them was refused, without its values. */
  readonly faults: readonly string[];
}

/**
 * Leaves out the datasets that a refusal names: one that is wrong does not cost the lineage of the others. `undefined` when
 * it names none, or something else besides, so that less would be refused as well. Never throws.
 */
export function withoutRefused<O extends Partial<AuditOperation>>(
  operation: O,
  refusal: unknown,
): WithoutRefused<O> | undefined {
  if (!(refusal instanceof InstrumentError)) return undefined;
  const refused: Record<Field, Set<number>> = { inputs: new Set(), outputs: new Set() };
  const faults: string[] = [];
  for (const { path, expected } of refusal.problems) {
    const [, field, index] = DATASET.exec(path) ?? [];
    // The last of many only counts those that are not told.
    if (field === undefined && path !== '') return undefined;
    if (field === undefined) continue;
    refused[field as Field].add(Number(index));
    faults.push(`${path}: expected ${expected}`);
  }
  if (faults.length === 0) return undefined;
  const { inputs, outputs } = operation;
  return {
    operation: {
      ...operation,
      inputs: others(inputs, refused.inputs),
      outputs: others(outputs, refused.outputs),
    },
    faults,
  };
}

function others<T>(
  datasets: readonly T[] | undefined,
  refused: ReadonlySet<number>,
): readonly T[] | undefined {
  return isList(datasets) ? datasets.filter((_, index) => !refused.has(index)) : datasets;
}
