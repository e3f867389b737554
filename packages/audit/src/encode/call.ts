import { counted, type Problem } from '@org/instrument-core';
import type { Adjustment } from '../operation/entry.ts';
import type { Redactor } from '../redact/redactor.ts';

/** Changes that are told one by one; the others are counted. */
export const MAX_ADJUSTMENTS = 20;
const MAX_PROBLEMS = 20;
const MAX_PATH_LENGTH = 200;
/** Patterns see that much of a path beyond what is told of it. */
const PATH_REACH = 1_024;

/** The encoding of one operation: where it is, and what it has met. */
export class EncodeCall {
  /** The field that is being read: `actor.id`, `attributes`. */
  field = '';
  /** Keys below the field, as they stand in the entry. */
  readonly keys: (string | number)[] = [];
  /** Objects that are being read, outermost first. */
  readonly open: object[] = [];
  /** How many of `keys` may be told: what is below belongs to a person. */
  tellable: number = Number.POSITIVE_INFINITY;
  /** What may still be read, in characters: nothing is read for long that cannot fit anyway. */
  budget: number;
  /** Whether an object has keys that `JSON.stringify` would put into another order. */
  isIrregular = false;
  /** A fault that is the caller's to see. */
  fault: Error | undefined;
  /** Whether it is the journal itself that speaks. */
  readonly isOwn: boolean;
  readonly #redact: Redactor | undefined;
  #adjusted: Adjustment[] | undefined;
  #uncounted = 0;
  #problems: Problem[] | undefined;
  #unsaid = 0;

  constructor(budget: number, isOwn: boolean, redact: Redactor | undefined) {
    this.budget = budget;
    this.isOwn = isOwn;
    this.#redact = redact;
  }

  /** Notes that what stands here was changed so that it could be kept. */
  adjust(what: string): void {
    this.#adjusted ??= [];
    if (this.#adjusted.length < MAX_ADJUSTMENTS) this.#adjusted.push({ path: this.path(), what });
    else this.#uncounted++;
  }

  /** Notes a change of all of a field, which is told before all others. */
  adjustField(path: string, what: string): void {
    this.#adjusted ??= [];
    this.#adjusted.unshift({ path, what });
  }

  /** Up to `most` changes, and how many more there are; `undefined` when there are none. */
  adjustments(most: number): Adjustment[] | undefined {
    if (this.#adjusted === undefined) return undefined;
    const told = this.#adjusted.slice(0, most);
    const more = this.#adjusted.length - told.length + this.#uncounted;
    if (more > 0) told.push({ path: '', what: counted(more, 'more change') });
    return told;
  }

  /** Notes why the operation cannot be put on record. */
  complain(problem: Problem): void {
    this.#problems ??= [];
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(problem);
    else this.#unsaid++;
  }

  /** All problems; `undefined` when there are none. */
  problems(): readonly Problem[] | undefined {
    if (this.#problems === undefined || this.#unsaid === 0) return this.#problems;
    const more = { path: '', found: counted(this.#unsaid, 'more problem'), expected: 'none' };
    return [...this.#problems, more];
  }

  /** Where the `key` below it is; without one, where it is itself. */
  pathTo(key: string | undefined): string {
    if (key === undefined) return this.path();
    this.keys.push(key);
    const path = this.path();
    this.keys.pop();
    return path;
  }

  /** Where it is: `attributes.items[3]`. Keys are data, and several of them may make what a pattern looks for. */
  path(): string {
    let path = this.field;
    const length = Math.min(this.keys.length, this.tellable);
    let i = 0;
    for (; i < length && path.length <= MAX_PATH_LENGTH + PATH_REACH; i++) {
      const key = this.keys[i] as string | number;
      path += typeof key === 'number' ? `[${key}]` : `.${key}`;
    }
    const certain = i < length ? MAX_PATH_LENGTH : path.length;
    const redacted = this.#redact === undefined ? path : this.#redact(path, certain);
    return redacted.slice(0, MAX_PATH_LENGTH).toWellFormed();
  }
}
