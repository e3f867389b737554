import { InstrumentError } from '@org/instrument-core';
import type { AuditOperation } from '../operation/operation.ts';
import { withFaults } from './faults.ts';

/** What a refusal says of one dataset: `inputs[3].bytes`. */
const DATASET = /^(inputs|outputs)\[(\d+)\](.*)/s;

const FIELDS = ['inputs', 'outputs'] as const;

type Field = (typeof FIELDS)[number];

/** What is wrong with a dataset of an operation, at its place in that operation. */
interface Fault {
  readonly field: string;
  readonly index: number;
  /** Path below the dataset: `.bytes`. */
  readonly below: string;
  readonly expected: string;
}

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
   * Leaves out the datasets that a refusal of {@link operation} names, or `wholly` the lists that have them. `false` when it
   * names none, or something else besides, so that what is left would be refused as well.
   */
  leaveOut(refusal: unknown, wholly: boolean): boolean {
    const faults = faultsOf(refusal);
    if (faults === undefined) return false;
    for (const field of FIELDS) {
      const ofField = faults.filter((fault) => fault.field === field);
      if (ofField.length > 0) this.#leaveOutOf(field, ofField, wholly);
    }
    return true;
  }

  #leaveOutOf(field: Field, faults: readonly Fault[], wholly: boolean): void {
    const places = this.#left[field];
    for (const { index, below, expected } of faults) {
      this.#faults.push(`${field}[${places[index]}]${below}: expected ${expected}`);
    }
    const refused = new Set(faults.map(({ index }) => index));
    const others = places.filter((_, index) => !refused.has(index));
    this.#left[field] = wholly ? [] : others;
    if (wholly && others.length > 0) {
      this.#faults.push(`${field}: too many are wrong, ${others.length} more left out`);
    }
  }
}

/** What a refusal says of datasets; `undefined` when it says nothing of them, or something of other parts. */
function faultsOf(refusal: unknown): Fault[] | undefined {
  if (!(refusal instanceof InstrumentError)) return undefined;
  // The last of many has no path: it counts those that are not told.
  const problems = refusal.problems.filter(({ path }) => path !== '');
  const faults = problems.flatMap(({ path, expected }): Fault[] => {
    const [, field, index, below = ''] = DATASET.exec(path) ?? [];
    return field === undefined ? [] : [{ field, index: Number(index), below, expected }];
  });
  return faults.length > 0 && faults.length === problems.length ? faults : undefined;
}

function placesOf(datasets: readonly unknown[] | undefined): number[] {
  return Array.from({ length: datasets?.length ?? 0 }, (_, place) => place);
}

function at<T>(places: readonly number[], datasets: readonly T[] | undefined): T[] | undefined {
  return datasets === undefined ? undefined : places.map((place) => datasets[place] as T);
}
