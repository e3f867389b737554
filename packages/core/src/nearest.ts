/** Letters of an abbreviation at least. */
const SHORTEST_BEGINNING = 3;

/** Parts of a compound word that another one has too, at least, when it has some more or fewer. */
const SHARED_PARTS = 2;

/**
 * The candidate that a mistyped word most likely stands for, or `undefined` when none is near: a third of the longer
 * word may differ, case aside, or it is the beginning of one only, as `warn` of `warning`, or of two compound words one has
 * all parts of the other, as `a_b` of `a_x_b`. Distance: optimal string alignment (insert, delete, replace, swap neighbours).
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const alike = only(candidates.filter((candidate) => haveSameParts(word, candidate)));
  if (alike !== undefined) return alike;
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const longer = Math.max(word.length, candidate.length);
    // Any letter is near to any other.
    const allowed = longer < 2 ? 0 : Math.max(1, Math.floor(longer / 3));
    if (Math.abs(word.length - candidate.length) > allowed) continue;
    const distance = distanceOf(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= allowed && distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best ?? begunBy(word.toLowerCase(), candidates);
}

/** What to say of a word that is none of those known: the {@link nearest}, as a question; `undefined` when none is near. */
export function didYouMean(word: unknown, known: readonly string[]): string | undefined {
  const near = typeof word === 'string' ? nearest(word, known) : undefined;
  return near === undefined ? undefined : `Did you mean ${near}?`;
}

function begunBy(word: string, candidates: readonly string[]): string | undefined {
  if (word.length < SHORTEST_BEGINNING) return undefined;
  return only(candidates.filter((each) => each.toLowerCase().startsWith(word)));
}

function only(words: readonly string[]): string | undefined {
  return words.length === 1 ? words[0] : undefined;
}

function haveSameParts(a: string, b: string): boolean {
  const [fewer, more] = [partsOf(a), partsOf(b)].sort((x, y) => x.size - y.size) as [
    Set<string>,
    Set<string>,
  ];
  return fewer.size >= SHARED_PARTS && [...fewer].every((part) => more.has(part));
}

function partsOf(word: string): Set<string> {
  return new Set(word.toLowerCase().split(/[_.-]/));
}

function distanceOf(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    const row: number[] = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swaps = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = swaps ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replaced, swapped));
    }
  }
  return at(a.length, b.length);
}
