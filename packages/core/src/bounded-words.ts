import { beginningOf } from './cut-text.ts';
import { ownText } from './own-text.ts';

/** Classes of errors that an operation, a series or a recorder tells apart: more than any has, fewer than would fill its metrics. */
export const MAX_ERROR_TYPES = 50;

/** Longer than any class name in use; a generated one must not fill the labels. */
const MAX_LENGTH = 64;
/** What words beyond the bound are called. */
const OVERFLOW = 'other';

/**
 * Words that come from what happens, as labels: the first so many are told apart, and those beyond are `other`, so that a
 * class that is generated, or a message in place of one, does not make a series each time.
 */
export class BoundedWords {
  readonly #known = new Set<string>();
  readonly #limit: number;

  /** `limit`: different words that are told apart. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The word as a label, cut to 64 characters, or `other`. */
  admit(word: string): string {
    const short = beginningOf(word, MAX_LENGTH);
    if (this.#known.has(short)) return short;
    if (this.#known.size >= this.#limit) return OVERFLOW;
    this.#known.add(ownText(short));
    return short;
  }
}
