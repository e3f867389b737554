import { TwinTable } from '@org/instrument-core';
import type { Labels } from './labels.ts';

const SEED = (Math.random() * 2 ** 32) | 0;
/** FNV-1a, 32 bits (draft-eastlake-fnv). */
const FNV_PRIME = 0x01000193;

/** Finds the series of a metric that has the same labels as another. */
export class LabelSets {
  readonly #table = new TwinTable();

  /** The series that was added with these labels first: this one, unless there is another. */
  add(series: number, labels: Labels, labelsOf: (series: number) => Labels): number {
    return this.#table.add(series, hashOf(labels), (other) => areSame(labels, labelsOf(other)));
  }
}

/** A sum, so that it is the same for every order of the labels. */
function hashOf(labels: Labels): number {
  let hash = 0;
  for (const [name, value] of labels) hash = (hash + mixed(mixed(SEED, name), value)) | 0;
  return hash;
}

function mixed(seed: number, text: string): number {
  let hash = Math.imul(seed ^ text.length, FNV_PRIME);
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return hash;
}

function areSame(a: Labels, b: Labels): boolean {
  if (a.size !== b.size) return false;
  for (const [name, value] of a) if (b.get(name) !== value) return false;
  return true;
}
