import { InstrumentError, type Problem } from '@org/instrument-core';
import type { AuditOperation } from '../operation/operation.ts';
import { withFaults } from './faults.ts';

/** What a refusal says of one dataset: `inputs[3].bytes`. */
const DATASET = /^(inputs|outputs)\[(\d+)\]/;

type Field = 'inputs' | 'outputs';

/**
 * Those datasets of an operation that a journal has not refused: one that is wrong does not cost the lineage of the others.
 * `audit.fault` says which are missing, by their places in the lists that were given, and why, without their values.
 */
export class DatasetSelection<O extends Partial<AuditOperation>> {
  readonly #operation: O;
  /** Places of the datasets that are left, in the lists that were given. */
  readonly #left: Record<Field, number[]>;
  readonly #faults: string[] = [];

  constructor(operation: O) {
    this.#operation = operation;
    this.#left = { inputs: placesOf(operation.inputs), outputs: placesOf(operation.outputs) };
  }

  /** The operation with what is left. */
  get operation(): O {
    const { inputs, outputs, attributes } = this.#operation;
    return {
      ...this.#operation,
      inputs: at(this.#left.inputs, inputs),
      outputs: at(this.#left.outputs, outputs),
      attributes: withFaults(attributes, this.#faults),
    };
  }

  /**
   * Leaves out what a refusal of {@link operation} names; with `isLast` all that is left of the lists that have it. `false`
   * when it names no dataset, or something else besides, so that what is left would be refused as well.
   */
  leaveOut(refusal: unknown, isLast: boolean): boolean {
    if (!(refusal instanceof InstrumentError)) return false;
    // The last of many has no path: it counts those that are not told.
    const problems = refusal.problems.filter(({ path }) => path !== '');
    if (problems.length === 0 || !problems.every(({ path }) => DATASET.test(path))) return false;
    const refused = { inputs: new Set<number>(), outputs: new Set<number>() };
    for (const problem of problems) this.#note(problem, refused);
    for (const field of ['inputs', 'outputs'] as const) {
      if (refused[field].size === 0) continue;
      const others = this.#left[field].filter((place) => !refused[field].has(place));
      this.#left[field] = isLast ? [] : others;
      if (isLast && others.length > 0)
        this.#faults.push(`${field}: too many are wrong, ${others.length} more left out`);
    }
    return true;
  }

  #note({ path, expected }: Problem, refused: Record<Field, Set<number>>): void {
    const [known = '', field, index] = DATASET.exec(path) ?? [];
    const place = this.#left[field as Field][Number(index)];
    if (place === undefined) return;
    refused[field as Field].add(place);
    this.#faults.push(`${field}[${place}]${path.slice(known.length)}: expected ${expected}`);
  }
}

function placesOf(datasets: readonly unknown[] | undefined): number[] {
  return Array.from({ length: datasets?.length ?? 0 }, (_, place) => place);
}

function at<T>(places: readonly number[], datasets: readonly T[] | undefined): T[] | undefined {
  return datasets === undefined ? undefined : places.map((place) => datasets[place] as T);
}
