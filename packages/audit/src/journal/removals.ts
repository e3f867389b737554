import type { EntryContent, JsonObject, JsonValue } from '../operation/entry.ts';
import { type EntryRange, joinRanges } from './entry-ranges.ts';

/** What an entry `audit.journal.pruned` says. */
export interface Removal {
  /** The last entry that was removed. */
  readonly last: number;
  /** What is gone by now, ascending. */
  readonly ranges: readonly EntryRange[];
  /**
   * Hash of the header of the segment that follows, made as that of a leaf: which operations were open is told by nothing
   * else that is left. `undefined` in what was put on record before there was such a hash.
   */
  readonly next: string | undefined;
}

/** Attributes of an entry `audit.journal.pruned`. `earlier`: what was removed before, and is on record. */
export function removalAttributes(
  { first, last }: EntryRange,
  earlier: readonly EntryRange[],
  next: string,
): Record<string, JsonValue> {
  return { earlier: joinRanges(earlier).map((range) => [range.first, range.last]), first, last, next };
}

/** What the attributes of such an entry say; `undefined` when that is nothing, since they are of another form. */
export function parseRemoval({ earlier, first, last, next }: JsonObject): Removal | undefined {
  const range = rangeOf([first, last]);
  const before = Array.isArray(earlier) ? earlier.map(rangeOf) : [undefined];
  if (range === undefined || !before.every((each) => each !== undefined)) return undefined;
  if (next !== undefined && typeof next !== 'string') return undefined;
  return { last: range.last, ranges: joinRanges([...before, range]), next };
}

/**
 * What a journal says of removals. The journal signs what it says before it removes anything: of what was not signed, or
 * not by the process that is said to have written it, somebody else may be the author.
 */
export class Removals {
  readonly #said: { readonly index: number; readonly removal: Removal }[] = [];
  /** What a process has taken over from the one before without a signature, and where it says so. */
  readonly #takenOver: { readonly index: number; readonly unsigned: number }[] = [];

  /** Takes in an entry; most say nothing of it. */
  add(index: number, { action, attributes }: EntryContent): void {
    if (!action.startsWith('audit.journal.') || attributes === undefined) return;
    if (action === 'audit.journal.pruned') {
      const removal = parseRemoval(attributes);
      if (removal !== undefined) this.#said.push({ index, removal });
    } else if (action === 'audit.journal.recovered') {
      const { unsigned } = attributes;
      if (isIndex(unsigned)) this.#takenOver.push({ index, unsigned });
    }
  }

  /** All that was said, whoever said it. */
  get said(): readonly Removal[] {
    return this.#said.map(({ removal }) => removal);
  }

  /** What the journal itself has said in its first entries, of which `size` are signed. In the order of their indexes. */
  signed(size: number): readonly Removal[] {
    const takenOver = this.takenOver(size).toReversed();
    let next = 0;
    return this.#said
      .filter(({ index }) => index < size)
      .toSorted((a, b) => a.index - b.index)
      .filter(({ index }) => {
        // Both ascend: a journal may be of any length, and somebody else's.
        while ((takenOver[next]?.last ?? index) < index) next++;
        return index < (takenOver[next]?.first ?? Number.POSITIVE_INFINITY);
      })
      .map(({ removal }) => removal);
  }

  /**
   * What was taken over, as the journal itself says in its first entries, of which `size` are signed, last first: what is in such
   * a range may be said by anybody.
   */
  takenOver(size: number): readonly EntryRange[] {
    const ranges: EntryRange[] = [];
    const said = this.#takenOver.filter(({ index }) => index < size);
    for (const { index, unsigned } of said.toSorted((a, b) => b.index - a.index)) {
      const later = ranges.at(-1);
      if (unsigned > 0 && (later === undefined || index < later.first)) {
        ranges.push({ first: Math.max(0, index - unsigned), last: index - 1 });
      }
    }
    return ranges;
  }
}

function rangeOf(value: unknown): EntryRange | undefined {
  const [first, last]: unknown[] = Array.isArray(value) ? value : [];
  return isIndex(first) && isIndex(last) && first <= last ? { first, last } : undefined;
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
