/** Entries from the index `first` to `last`. */
export interface EntryRange {
  readonly first: number;
  readonly last: number;
}

/** The same entries in as few ranges as can be, ascending. */
export function joinRanges(ranges: readonly EntryRange[]): EntryRange[] {
  const joined: { first: number; last: number }[] = [];
  for (const { first, last } of ranges.toSorted((a, b) => a.first - b.first)) {
    const before = joined.at(-1);
    if (before === undefined || first > before.last + 1) joined.push({ first, last });
    else before.last = Math.max(before.last, last);
  }
  return joined;
}

/** The first entries of some ranges that are in none of the others; `undefined` when there are none. */
export function firstOutside(
  ranges: readonly EntryRange[],
  others: readonly EntryRange[],
): EntryRange | undefined {
  const joined = joinRanges(others);
  for (const { first, last } of joinRanges(ranges)) {
    const around = joined.find((other) => other.first <= first && first <= other.last);
    if (around !== undefined && around.last >= last) continue;
    const from = around === undefined ? first : around.last + 1;
    const next = joined.find((other) => other.first > from && other.first <= last);
    return { first: from, last: next === undefined ? last : next.first - 1 };
  }
  return undefined;
}
